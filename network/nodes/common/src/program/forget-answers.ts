// SPDX-License-Identifier: Apache-2.0
// Answers under idempotency keys are forgotten once nobody repeats the calls any more: by every node that has such operations.
import type { Kysely } from 'kysely';
import { IdempotentCalls, type IdempotencyTables } from '../http/idempotency.js';
import type { Operations } from '../http/operation.js';
import type { JobKind } from '../jobs/job-kind.js';

/** @returns the job, or nothing when no operation takes a key: then the node has no table of them */
export const forgetAnswersJobs = (
  operations: Operations,
  calls: Pick<IdempotentCalls, 'purge'>,
): readonly JobKind[] =>
  Object.values(operations).some(({ idempotencyKey }) => idempotencyKey === true)
    ? [{ name: 'forget-answers', schedule: '29 3 * * *', run: () => calls.purge() }]
    : [];

/** Only a table of operations with keys uses it, and then the node's migrations have made its table. */
export const idempotentCallsOf = <Tables>(
  db: Kysely<Tables>,
  clock: () => number,
): IdempotentCalls => new IdempotentCalls(db as unknown as Kysely<IdempotencyTables>, clock);
