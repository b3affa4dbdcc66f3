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
  certificate: 'content',
  findingId: 'content',
  found: 'content',
  from: 'content',
  limit: 'content',
  payouts: 'content',
  reason: 'content',
  receipts: 'content',
  rule: 'content',
  seed: 'content',
  statement: 'content',
  vouchers: 'content',
} as const satisfies Readonly<Record<string, FieldMeaning<Role>>>;
