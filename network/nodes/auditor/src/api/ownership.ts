// SPDX-License-Identifier: Apache-2.0
// Whose the things are that the auditor's operations name: everybody who may call one sees the whole ledger.
import type { FieldMeaning } from '@fabric-offline-pay/node-common/client';
import type { Role } from '../context.js';

export const AUDITOR_FIELDS = {
  after: 'content',
  at: 'content',
  block: 'content',
  findingId: 'content',
  found: 'content',
  from: 'content',
  limit: 'content',
  reason: 'content',
  rule: 'content',
} as const satisfies Readonly<Record<string, FieldMeaning<Role>>>;
