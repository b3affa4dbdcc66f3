// SPDX-License-Identifier: Apache-2.0
// The small world in which money is reserved for devices: built once, forked for every run.
import type { KeyObject } from 'node:crypto';
import type { Policy } from '@fabric-offline-pay/domain';
import { BANK, MERCHANT, POLICY, type World, type MemoryLedger } from '@fabric-offline-pay/testing';
import { clientsOf, memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { signedBulletin } from '../support/offline-ledger.js';
import { CERTIFICATES, newKey, spkiOf } from '../support/offline-world.js';
import { SECOND_MERCHANT, licenseSecondMerchant } from '../support/second-merchant.js';
import type { StoppedClock } from './clock.js';
import type { Bearer } from './reserve-commands.js';
import { LOSS_PER_RESERVE } from './reserve-shapes.js';

export interface OwnDevice {
  readonly customerId: string;
  readonly deviceId: string;
  readonly key: KeyObject;
}

/** Whose tills they are. */
export const TILLS = [
  [MERCHANT, 'till-1'],
  [MERCHANT, 'till-2'],
  [SECOND_MERCHANT, 'till-1'],
] as const;

export const MONEY = 60_000;

/** Of the policy that a run begins with: versions rise with every change. */
export const FIRST_VERSION = { merchant: 1, bank: 2 } as const;

export interface Office {
  /** By who bears losses in the beginning. */
  readonly ledgers: Readonly<Record<Bearer, MemoryLedger>>;
  readonly devices: readonly OwnDevice[];
  readonly clock: StoppedClock;
  /** When it was left: where the clock of every fork begins. */
  readonly seconds: number;
}

export type ClientsOf = ReturnType<typeof clientsOf>;

/** The policy of a version; the bank bears little of one reserve. */
export const policyOf = (version: number, lossBearer: Bearer): Policy => ({
  ...POLICY,
  currencies: { EUR: { ...POLICY.currencies.EUR, lossPerReserve: LOSS_PER_RESERVE.toString() } },
  offline: { ...POLICY.offline, version, lossBearer },
});

/** Bank and merchant are a majority. */
export async function vote(clientFor: ClientsOf, policy: Policy): Promise<void> {
  const proposal = { kind: 'policy' as const, policy };
  for (const role of ['bank', 'merchant'] as const)
    await clientFor(role, 'operator', BANK).identity.vote({ proposal });
}

async function prepare({ clientFor }: MemoryWorld): Promise<void> {
  const { issuer: certificate, root: authority } = CERTIFICATES;
  await licenseSecondMerchant(clientFor('bank', 'teller', BANK));
  const { offline } = clientFor('bank', 'operator', BANK);
  await offline.registerIssuer({ bankId: BANK, certificate, authority });
}

/** Each customer has two devices. */
async function devicesOf(world: World, customerId: string): Promise<OwnDevice[]> {
  const { privateKey } = await world.customer(customerId, `${MONEY}`);
  const key = newKey();
  const second = { customerId, deviceId: 'tablet' };
  const { identity } = await world.bank('teller');
  await identity.registerDevice({ ...second, publicKey: spkiOf(key) });
  return [
    { customerId, deviceId: 'phone', key: privateKey },
    { ...second, key },
  ];
}

/** Under a policy, with its first bulletin. */
async function begun(ledger: MemoryLedger, bearer: Bearer): Promise<MemoryLedger> {
  const clientFor = clientsOf(ledger);
  const policy = policyOf(FIRST_VERSION[bearer], bearer);
  await vote(clientFor, policy);
  const bulletin = signedBulletin({ number: 1, policy: policy.offline });
  await clientFor('bank', 'bank-node', BANK).offline.publishBulletin({ bankId: BANK, bulletin });
  return ledger;
}

/** Builds the world; the clock must be installed. */
export async function openOffice(clock: StoppedClock): Promise<Office> {
  const memory = await memoryWorld({ now: clock.now });
  await prepare(memory);
  const devices = [
    ...(await devicesOf(memory.world, 'customer-0')),
    ...(await devicesOf(memory.world, 'customer-1')),
  ];
  const ledgers = {
    merchant: await begun(memory.ledger.fork(), 'merchant'),
    bank: await begun(memory.ledger.fork(), 'bank'),
  };
  return { ledgers, devices, clock, seconds: clock.seconds };
}
