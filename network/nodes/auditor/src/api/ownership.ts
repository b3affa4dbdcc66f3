// SPDX-License-Identifier: Apache-2.0
// Whose the things are that the auditor's operations name: everybody who may call one sees the whole ledger.
import type { FieldMeaning } from '@fabric-offline-pay/node-common/client';
import type { Role } from '../context.js';

export const AUDITOR_FIELDS = {
  after: 'content',
  at: 'content',
  bankId: 'content',
  block: 'content',
  chaincode: 'content',
  currency: 'content',
  customerId: 'content',
  findingId: 'content',
  found: 'content',
  from: 'content',
  history: 'content',
  kind: 'content',
  limit: 'content',
  merchantId: 'content',
  mspId: 'content',
  name: 'content',
  orderNumber: 'content',
  payeeId: 'content',
  reason: 'content',
  rule: 'content',
  since: 'content',
  state: 'content',
  to: 'content',
  transactionId: 'content',
  until: 'content',
} as const satisfies Readonly<Record<string, FieldMeaning<Role>>>;
