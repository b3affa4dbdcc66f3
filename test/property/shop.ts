// SPDX-License-Identifier: Apache-2.0
// The small world in which sequences and interleavings run: built once, forked for every run.
import type { MemoryLedger } from '@fabric-offline-pay/testing';
import type { Client, Parties } from '@fabric-offline-pay/sdk';
import { authenticated, failLogin } from '../support/histories';
import { CHANNEL, clientsOf, memoryWorld } from '../support/memory-world';
import { POLICY, World, type CustomerDevice } from '../support/world';
import type { StoppedClock } from './clock';

export interface Shopper {
  readonly device: CustomerDevice;
  readonly loginId: string;
  readonly loginExpiresAt: number;
  readonly money: number;
  readonly failedLogins: number;
}

/** A customer of good standing, one with little money, and one whose payees are paid at delivery. */
const SHOPPERS = [
  { money: 400_000, failedLogins: 0 },
  { money: 50_000, failedLogins: 0 },
  { money: 400_000, failedLogins: 5 },
] as const;

export interface Shop {
  readonly ledger: MemoryLedger;
  readonly world: World;
  readonly shoppers: readonly Shopper[];
  readonly clock: StoppedClock;
  /** When it was left: where the clock of every fork begins. */
  readonly seconds: number;
}

/** The clients of one fork. */
export interface Counter {
  readonly ledger: MemoryLedger;
  readonly world: World;
  readonly parties: Parties;
  readonly teller: Client;
  readonly operator: Client;
}

export async function counterOf(ledger: MemoryLedger): Promise<Counter> {
  const world = new World(clientsOf(ledger), CHANNEL);
  const [teller, operator] = [await world.bank('teller'), await world.bank('operator')];
  return { ledger, world, parties: await world.parties(), teller, operator };
}

/** Builds the world; the clock must be installed. */
export async function openShop(clock: StoppedClock): Promise<Shop> {
  const { ledger, world } = await memoryWorld({ now: clock.now });
  const shoppers: Shopper[] = [];
  for (const [index, standing] of SHOPPERS.entries()) {
    const device = await world.customer(`customer-${index}`, `${standing.money}`);
    await failLogin(world, device, standing.failedLogins);
    const loginId = await authenticated(world, device, 'morning');
    await (await world.bank('auth-service')).identity.assessReputation({ loginId });
    const loginExpiresAt = clock.seconds + POLICY.loginSeconds;
    shoppers.push({ device, loginId, loginExpiresAt, ...standing });
  }
  return { ledger, world, shoppers, clock, seconds: clock.seconds };
}
