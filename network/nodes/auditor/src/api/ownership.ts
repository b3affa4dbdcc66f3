// SPDX-License-Identifier: Apache-2.0
// Whose the things are that the auditor's operations name. Whoever reads sees the whole ledger; whoever reports speaks for its own.
import type { FieldMeaning } from '@fabric-offline-pay/node-common/client';
import type { Role } from '../context.js';

const ofReporters = (thing: string) => ({ thing, ownOnlyFor: ['reporter'] }) as const;

export const AUDITOR_FIELDS = {
  bankId: ofReporters('bank'),
  merchantId: ofReporters('merchant'),
  payeeId: ofReporters('payee'),
  after: 'content',
  at: 'content',
  block: 'content',
  chaincode: 'content',
  currency: 'content',
  customerId: 'content',
  certificate: 'content',
  findingId: 'content',
  found: 'content',
  from: 'content',
  history: 'content',
  kind: 'content',
  limit: 'content',
  name: 'content',
  mspId: 'content',
  orderNumber: 'content',
  payouts: 'content',
  reason: 'content',
  receipts: 'content',
  rule: 'content',
  since: 'content',
  state: 'content',
  to: 'content',
  transactionId: 'content',
  until: 'content',
  seed: 'content',
  statement: 'content',
  vouchers: 'content',
} as const satisfies Readonly<Record<string, FieldMeaning<Role>>>;
