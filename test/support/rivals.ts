// SPDX-License-Identifier: Apache-2.0
// The small world with a second organisation of every role, on a ledger in memory: each could try to act for the first.
import { contracts } from '@fabric-offline-pay/chaincode';
import type { Attribute, Role } from '@fabric-offline-pay/domain';
import type { Client } from '@fabric-offline-pay/sdk';
import {
  BANK,
  LOGISTICS,
  World,
  and,
  makeCaller,
  memoryClient,
  or,
  type MemoryLedger,
  type MemoryLedgerOptions,
} from '@fabric-offline-pay/testing';
import { WatchedLedger } from './watched-ledger.js';
import { CHANNEL } from './memory-world.js';

const ROLES = ['bank', 'merchant', 'logistics', 'auditor'] as const;

/** By role, the first organisation and its rival. */
export const ORGANISATIONS: Readonly<Record<Role, readonly [first: string, rival: string]>> = {
  bank: ['BankMSP', 'SecondBankMSP'],
  merchant: ['MerchantMSP', 'SecondMerchantMSP'],
  logistics: ['LogisticsMSP', 'SecondLogisticsMSP'],
  auditor: ['AuditorMSP', 'SecondAuditorMSP'],
};

const ACTORS: Readonly<Record<Role, readonly [first: string, rival: string]>> = {
  bank: [BANK, 'bank-2'],
  merchant: ['merchant-org', 'merchant-org-2'],
  logistics: [LOGISTICS, 'logistics-2'],
  auditor: ['auditor-1', 'auditor-2'],
};

const PARTICIPANTS = ROLES.flatMap((role) =>
  ([0, 1] as const).map((index) => ({
    mspId: ORGANISATIONS[role][index],
    role,
    actor: ACTORS[role][index],
    bankId: role === 'logistics' ? ACTORS.bank[index] : null,
    status: 'active' as const,
  })),
);

/** The client of a certificate, with any content that its organisation wrote into it. */
export type ClientOf = (mspId: string, attribute?: Attribute, actor?: string) => Client;

export interface Rivals {
  readonly ledger: MemoryLedger;
  readonly world: World;
  readonly clientOf: ClientOf;
}

/** Registry, licences, goods and couriers of the first organisations; the rivals are registered and have nothing yet. */
export async function rivals(
  newLedger = (options: MemoryLedgerOptions): MemoryLedger => new WatchedLedger(options),
): Promise<Rivals> {
  const [bank, merchant, logistics] = [
    ORGANISATIONS.bank[0],
    ORGANISATIONS.merchant[0],
    ORGANISATIONS.logistics,
  ];
  const ledger = newLedger({
    contracts,
    members: PARTICIPANTS.map(({ mspId }) => ({ mspId })),
    channel: CHANNEL,
    policy: and(bank, or(merchant, logistics[0])),
    collections: [
      {
        name: 'addresses',
        members: [bank, ...logistics],
        memberOnlyRead: true,
        memberOnlyWrite: true,
        endorsementPolicy: and(bank, logistics[0]),
      },
    ],
  });
  const first = Object.fromEntries(ROLES.map((role) => [role, ORGANISATIONS[role][0]]));
  const clientOf: ClientOf = (mspId, attribute, actor) =>
    memoryClient(
      ledger,
      makeCaller({
        mspId,
        ...(attribute === undefined ? {} : { role: attribute }),
        ...(actor === undefined ? {} : { actor }),
      }),
      { organisations: first },
    );
  const world = new World(
    (role, attribute, actor) => clientOf(ORGANISATIONS[role][0], attribute, actor),
    CHANNEL,
  );
  await world.found(PARTICIPANTS, {
    operatorOf: ({ mspId, actor }) => clientOf(mspId, 'operator', actor),
  });
  return { ledger, world, clientOf };
}
