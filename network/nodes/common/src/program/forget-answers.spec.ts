// SPDX-License-Identifier: Apache-2.0
// A call under a key is answered as the first time, until its answer is forgotten.
import type { Kysely } from 'kysely';
import * as z from 'zod';
import { openDatabase } from '../database/open-database.js';
import { createIdempotency, type IdempotencyTables } from '../http/idempotency.js';
import { testPlace } from '../testing/test-place.js';
import { forgetAnswersJobs, idempotentCallsOf } from './forget-answers.js';

const DAY_MS = 24 * 3_600_000;

let db: Kysely<IdempotencyTables>;
let now = 1_800_000_000_000;

beforeAll(async () => {
  db = await openDatabase<IdempotencyTables>(await testPlace(), {
    '0001-calls': { up: createIdempotency },
  });
});

afterAll(() => db.destroy());

const OPERATION = {
  ...({ method: 'POST', path: '/orders', roles: ['cashier'], summary: 'x' } as const),
  input: z.object({}),
  output: z.object({}),
};
const KEYED = { order: { ...OPERATION, idempotencyKey: true } } as const;

test('answers are kept for a week, and forgotten by the node itself', async () => {
  const calls = idempotentCallsOf(db, () => now);
  const [job] = forgetAnswersJobs(KEYED, calls);
  const call = { caller: 'cashier-1', key: 'k-1', operation: 'order', input: { amount: '1' } };
  let performed = 0;
  const repeat = () => calls.once(call, () => Promise.resolve((performed += 1)));
  const forget = () => job?.run({}, new AbortController().signal);
  expect(await repeat()).toBe(1);
  now += 6 * DAY_MS;
  await forget();
  expect(await repeat()).toBe(1);
  now += 2 * DAY_MS;
  await forget();
  expect(await repeat()).toBe(2);
});

test('a node whose operations take no key has no such job', () => {
  const calls = idempotentCallsOf(db, () => now);
  expect(forgetAnswersJobs({ order: OPERATION }, calls)).toEqual([]);
});
