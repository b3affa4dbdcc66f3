// SPDX-License-Identifier: Apache-2.0
// The world on a ledger in memory, with the network's members, policy and private collection.
import { contracts } from '@fabric-offline-pay/chaincode';
import type { Attribute, Role } from '@fabric-offline-pay/domain';
import type { Client } from '@fabric-offline-pay/sdk';
import {
  and,
  makeCaller,
  memoryClient,
  MemoryLedger,
  or,
  type Caller,
} from '@fabric-offline-pay/testing';
import { BANK, LOGISTICS, World } from './world';

export const CHANNEL = 'payments';

export const MSP: Readonly<Record<Role, string>> = {
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
  readonly clientFor: ClientOf;
}

type ClientOf = (role: Role, attribute: Attribute, actor: string) => Client;

const callers = new Map<string, Caller>();

/** The certificate of an organisation with these attributes: the same one each time, on every ledger. */
export function callerOf(mspId: string, attribute: string, actor: string): Caller {
  const key = `${mspId}.${attribute}.${actor}`;
  const caller = callers.get(key) ?? makeCaller({ mspId, role: attribute, actor });
  callers.set(key, caller);
  return caller;
}

/** Clients of a ledger, one a certificate. */
export function clientsOf(ledger: MemoryLedger): ClientOf {
  const known = new Map<Caller, Client>();
  return (role, attribute, actor) => {
    const caller = callerOf(MSP[role], attribute, actor);
    const client = known.get(caller) ?? memoryClient(ledger, caller, { organisations: MSP });
    known.set(caller, client);
    return client;
  };
}

export interface MemoryWorldOptions {
  /** Stamped on proposals; the machine's clock when absent. */
  readonly now?: () => Date;
}

export async function memoryWorld({ now }: MemoryWorldOptions = {}): Promise<MemoryWorld> {
  const ledger = new MemoryLedger({
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
    ...(now === undefined ? {} : { now }),
  });
  const clientFor = clientsOf(ledger);
  const world = new World(clientFor, CHANNEL);
  await world.found(PARTICIPANTS);
  return { ledger, world, clientFor };
}
