// SPDX-License-Identifier: Apache-2.0
// Forgets answers under idempotency keys that nobody repeats any more.
import { IdempotentCalls, type JobKind } from '@fabric-offline-pay/node-common/node';
import type { MerchantContext } from './context.js';

export const forgetAnswersJob = ({
  db,
  clock,
}: Pick<MerchantContext, 'db' | 'clock'>): JobKind => ({
  name: 'forget-answers',
  schedule: '29 3 * * *',
  run: () => new IdempotentCalls(db, clock).purge(),
});
