// SPDX-License-Identifier: Apache-2.0
// The members, endorsement policy and private collection of the default network, as in its topology.
import { ADDRESS_COLLECTION, type Role } from '@fabric-offline-pay/domain';
import type { MemoryLedgerOptions } from './memory-ledger';
import { and, or } from './policy';
import { BANK, LOGISTICS } from './world';

/** MSP id of the organisation that has the role. */
export const MSP_IDS = {
  bank: 'BankMSP',
  merchant: 'MerchantMSP',
  logistics: 'LogisticsMSP',
  auditor: 'AuditorMSP',
} as const satisfies Record<Role, string>;

/** Options with which a `MemoryLedger` judges transactions like the peers of the default network. */
export const DEFAULT_NETWORK = {
  members: [{ mspId: MSP_IDS.bank }, { mspId: MSP_IDS.merchant }, { mspId: MSP_IDS.logistics }],
  policy: and(MSP_IDS.bank, or(MSP_IDS.merchant, MSP_IDS.logistics)),
  collections: [
    {
      name: ADDRESS_COLLECTION,
      members: [MSP_IDS.bank, MSP_IDS.logistics],
      memberOnlyRead: true,
      memberOnlyWrite: true,
      endorsementPolicy: and(MSP_IDS.bank, MSP_IDS.logistics),
    },
  ],
} as const satisfies Omit<MemoryLedgerOptions, 'contracts'>;

const participant = (role: Exclude<Role, 'auditor'>, actor: string) => ({
  mspId: MSP_IDS[role],
  role,
  actor,
  bankId: role === 'logistics' ? BANK : null,
  status: 'active' as const,
});

/** The registry's first entries. */
export const PARTICIPANTS = [
  participant('bank', BANK),
  participant('merchant', 'merchant-org'),
  participant('logistics', LOGISTICS),
];
