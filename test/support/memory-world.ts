// SPDX-License-Identifier: Apache-2.0
// The world on a ledger in memory, with the network's members, policy and private collection.
import { contracts } from '@fabric-offline-pay/chaincode';
import type { Attribute, Role } from '@fabric-offline-pay/domain';
import type { Client } from '@fabric-offline-pay/sdk';
import { and, makeCaller, memoryClient, or, type MemoryLedger } from '@fabric-offline-pay/testing';
import { WatchedLedger } from './watched-ledger';
import { BANK, LOGISTICS, World } from './world';

export const CHANNEL = 'payments';

const MSP: Readonly<Record<Role, string>> = {
  bank: 'BankMSP',
  merchant: 'MerchantMSP',
  logistics: 'LogisticsMSP',
  auditor: 'AuditorMSP',
};

export const PARTICIPANTS = [
  { mspId: MSP.bank, role: 'bank' as const, actor: BANK, bankId: null, status: 'active' as const },
  {
    mspId: MSP.merchant,
    role: 'merchant' as const,
    actor: 'merchant-org',
    bankId: null,
    status: 'active' as const,
  },
  {
    mspId: MSP.logistics,
    role: 'logistics' as const,
    actor: LOGISTICS,
    bankId: BANK,
    status: 'active' as const,
  },
];

export interface MemoryWorld {
  readonly ledger: MemoryLedger;
  readonly world: World;
  readonly clientFor: (role: Role, attribute: Attribute, actor: string) => Client;
}

export async function memoryWorld(): Promise<MemoryWorld> {
  const ledger = new WatchedLedger({
    contracts,
    members: PARTICIPANTS.map(({ mspId }) => ({ mspId })),
    channel: CHANNEL,
    policy: and(MSP.bank, or(MSP.merchant, MSP.logistics)),
    collections: [
      {
        name: 'addresses',
        members: [MSP.bank, MSP.logistics],
        memberOnlyRead: true,
        memberOnlyWrite: true,
        endorsementPolicy: and(MSP.bank, MSP.logistics),
      },
    ],
  });
  const known = new Map<string, Client>();
  const clientFor = (role: Role, attribute: Attribute, actor: string): Client => {
    const key = `${role}.${attribute}.${actor}`;
    const client =
      known.get(key) ??
      memoryClient(ledger, makeCaller({ mspId: MSP[role], role: attribute, actor }), {
        organisations: MSP,
      });
    known.set(key, client);
    return client;
  };
  const world = new World(clientFor, CHANNEL);
  await world.found(PARTICIPANTS);
  return { ledger, world, clientFor };
}
