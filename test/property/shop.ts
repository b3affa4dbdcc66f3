// SPDX-License-Identifier: Apache-2.0
// The small world in which sequences and interleavings run: built once, forked for every run.
import type { Policy } from '@fabric-offline-pay/domain';
import {
  BANK,
  LOGISTICS,
  MERCHANT,
  POLICY,
  World,
  type CustomerDevice,
  type MemoryLedger,
} from '@fabric-offline-pay/testing';
import { RefusedError, type Client, type Parties } from '@fabric-offline-pay/sdk';
import { authenticate, failLogin } from '../support/histories.js';
import { CHANNEL, clientsOf, memoryWorld } from '../support/memory-world.js';
import type { StoppedClock } from './clock.js';

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
  /** The same, by what the policy makes of a dispute that nobody decides. */
  readonly ledgers: Readonly<Record<Policy['undecided'], MemoryLedger>>;
  readonly world: World;
  /** Whose goods are sold. */
  readonly merchantIds: readonly [string, string];
  readonly shoppers: readonly [Shopper, Shopper, Shopper];
  readonly clock: StoppedClock;
  /** When it was left: where the clock of every fork begins. */
  readonly seconds: number;
}

/** A merchant's till, with whom it works. */
export interface Till {
  readonly world: World;
  readonly parties: Parties;
}

/** The clients of one fork. */
export interface Counter extends Till {
  readonly ledger: MemoryLedger;
  readonly teller: Client;
  readonly operator: Client;
}

export const tillOf = async (ledger: MemoryLedger, merchantId: string): Promise<Till> => {
  const world = new World(clientsOf(ledger), CHANNEL, merchantId);
  return { world, parties: await world.parties() };
};

export async function counterOf(ledger: MemoryLedger): Promise<Counter> {
  const till = await tillOf(ledger, MERCHANT);
  const [teller, operator] = [await till.world.bank('teller'), await till.world.bank('operator')];
  return { ...till, ledger, teller, operator };
}

/** Two payees may not share an id. Should the ledger ever let them, their money must be in order all the same. */
async function openSecond(ledger: MemoryLedger): Promise<string> {
  for (const merchantId of [LOGISTICS, 'merchant-2'])
    try {
      await (await tillOf(ledger, merchantId)).world.openShop();
      return merchantId;
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
    }
  throw new Error('no second shop may be opened');
}

async function shopperOf(world: World, index: 0 | 1 | 2, clock: StoppedClock): Promise<Shopper> {
  const standing = SHOPPERS[index];
  const device = await world.customer(`customer-${index}`, `${standing.money}`);
  await failLogin(world, device, standing.failedLogins);
  const loginId = await authenticate(world, device, 'morning');
  await (await world.bank('auth-service')).identity.assessReputation({ loginId });
  return { device, loginId, loginExpiresAt: clock.seconds + POLICY.loginSeconds, ...standing };
}

/** Bank and merchant are a majority. */
async function vote(ledger: MemoryLedger, policy: Policy): Promise<MemoryLedger> {
  const clientOf = clientsOf(ledger);
  const proposal = { kind: 'policy' as const, policy };
  for (const [role, actor] of [
    ['bank', BANK],
    ['merchant', 'merchant-org'],
  ] as const)
    await clientOf(role, 'operator', actor).identity.vote({ proposal });
  return ledger;
}

/** Builds the world; the clock must be installed. */
export async function openShop(clock: StoppedClock): Promise<Shop> {
  const { ledger, world } = await memoryWorld({ now: clock.now });
  const merchantIds = [MERCHANT, await openSecond(ledger)] as const;
  const shoppers = [
    await shopperOf(world, 0, clock),
    await shopperOf(world, 1, clock),
    await shopperOf(world, 2, clock),
  ] as const;
  const ledgers = {
    uphold: await vote(ledger.fork(), { ...POLICY, undecided: 'uphold' }),
    reject: await vote(ledger.fork(), { ...POLICY, undecided: 'reject' }),
  };
  return { ledger, ledgers, world, merchantIds, shoppers, clock, seconds: clock.seconds };
}
