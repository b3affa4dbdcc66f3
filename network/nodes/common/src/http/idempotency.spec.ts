// SPDX-License-Identifier: Apache-2.0
// Of a call that was taken over only the end of whoever took it over counts, however late the other ends.
import type { Kysely } from 'kysely';
import { openDatabase } from '../database/open-database.js';
import { testPlace } from '../testing/test-place.js';
import { createIdempotency, IdempotentCalls, type IdempotencyTables } from './idempotency.js';

const GIVEN_UP_MS = 120_000;

let db: Kysely<IdempotencyTables>;
let calls: IdempotentCalls;
let now = 1_800_000_000_000;
let key = 0;

beforeAll(async () => {
  db = await openDatabase<IdempotencyTables>(await testPlace(), {
    '0001-calls': { up: createIdempotency },
  });
  calls = new IdempotentCalls(db, () => now);
});
beforeEach(() => (key += 1));
afterAll(() => db.destroy());

const call = () => ({
  ...{ caller: 'cashier-1', key: `key-${key.toString()}`, operation: 'order' },
  input: { amount: '1' },
});

const repeat = () => calls.once(call(), () => Promise.resolve('performed again'));

/** A call that ends when it is told to. @returns once its work has begun */
async function begin() {
  const ending = {} as { resolve(answer: string): void; reject(error: Error): void };
  const ended = new Promise<string>((resolve, reject) =>
    Object.assign(ending, { resolve, reject }),
  );
  const work = { answered: Promise.resolve('') };
  await new Promise<void>((begun) => {
    work.answered = calls.once(call(), () => {
      begun();
      return ended;
    });
  });
  work.answered.catch(() => undefined);
  return { ending, ...work };
}

/** One that is taken for dead, and one that took it over. */
async function takenOver() {
  const late = await begin();
  await expect(repeat()).rejects.toMatchObject({ code: 'CALL_IN_PROGRESS' });
  now += GIVEN_UP_MS;
  return { late, next: await begin() };
}

test("a late answer is its own caller's, and leaves the call to whoever took it over", async () => {
  const { late, next } = await takenOver();
  late.ending.resolve('late');
  expect(await late.answered).toBe('late');
  await expect(repeat()).rejects.toMatchObject({ code: 'CALL_IN_PROGRESS' });
  next.ending.resolve('answer');
  await next.answered;
  expect(await repeat()).toBe('answer');
});

test('a late answer does not replace the one that was kept', async () => {
  const { late, next } = await takenOver();
  next.ending.resolve('answer');
  await next.answered;
  late.ending.resolve('late');
  await late.answered;
  expect(await repeat()).toBe('answer');
});

test('a late failure does not let a third perform what another performs', async () => {
  const { late, next } = await takenOver();
  late.ending.reject(new Error('late'));
  await expect(late.answered).rejects.toThrow('late');
  await expect(repeat()).rejects.toMatchObject({ code: 'CALL_IN_PROGRESS' });
  next.ending.resolve('answer');
  await next.answered;
  expect(await repeat()).toBe('answer');
});
