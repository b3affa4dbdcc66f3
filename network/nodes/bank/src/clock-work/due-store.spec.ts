// SPDX-License-Identifier: Apache-2.0
// What is due is taken in its time, whatever the machine's clock was in between.
import { openDatabase } from '@fabric-offline-pay/node-common/node';
import { beside, testPlace } from '../../../common/src/testing/test-place.js';
import { MIGRATIONS } from '../database/migrations.js';
import { openBankDatabase } from '../database/open-database.js';
import type { BankDatabase } from '../database/schema.js';
import { takeDue } from './due-store.js';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MONTH = 30 * 24 * HOUR;

const THING = {
  ...({ kind: 'expire', key: 'm/o', subject: 'order/m/o', payee_id: null } as const),
  ...{ since: NOW + HOUR, waits: null, due_at: NOW + HOUR },
};

describe('what is due', () => {
  let db: BankDatabase;

  beforeAll(async () => {
    db = await openBankDatabase(await testPlace());
  });
  beforeEach(async () => {
    await db.deleteFrom('due_things').execute();
    await db
      .insertInto('due_things')
      .values({ ...THING, tried_at: null })
      .execute();
  });
  afterAll(() => db.destroy());

  /** @returns how many are taken by a clock that shows this */
  const taken = async (now: number): Promise<number> =>
    (await db.transaction().execute((transaction) => takeDue(transaction, now, 10))).length;

  test('is taken when its time comes, and again after its waits', async () => {
    expect(await taken(NOW + HOUR - 1)).toBe(0);
    expect(await taken(NOW + HOUR)).toBe(1);
    expect(await taken(NOW + HOUR + 10 * MINUTE - 1)).toBe(0);
    expect(await taken(NOW + HOUR + 10 * MINUTE)).toBe(1);
    expect(await taken(NOW + HOUR + 30 * MINUTE - 1)).toBe(0);
    expect(await taken(NOW + HOUR + 30 * MINUTE)).toBe(1);
  });

  test('is taken in its own time after the clock was a month ahead, however often it was tried then', async () => {
    for (const again of [0, 10 * MINUTE, 30 * MINUTE, 70 * MINUTE])
      expect(await taken(NOW + MONTH + again)).toBe(1);
    expect(await taken(NOW + HOUR - 1)).toBe(0);
    expect(await taken(NOW + HOUR)).toBe(1);
    expect(await taken(NOW + HOUR + 1)).toBe(0);
  });

  test('is not taken from a machine whose clock is some minutes ahead', async () => {
    expect(await taken(NOW + HOUR)).toBe(1);
    expect(await taken(NOW + HOUR - 5 * MINUTE)).toBe(0);
    expect(await taken(NOW + HOUR + 9 * MINUTE)).toBe(0);
  });
});

test('what a wrong clock had put off has its own time again after an update', async () => {
  const place = await testPlace();
  const until = Object.entries(MIGRATIONS).filter(([name]) => name < '0027');
  const before = await openDatabase<{
    due_things: Record<string, unknown>;
    clock_policy: Record<string, unknown>;
  }>(beside(place), Object.fromEntries(until));
  const spans = { unprovenSeconds: 60, decisionSeconds: 120, debtSeconds: 180 };
  await before
    .insertInto('clock_policy')
    .values({ id: 1, spans: JSON.stringify(spans) })
    .execute();
  const late = { ...THING, due_at: NOW + MONTH, tries: 1 };
  await before
    .insertInto('due_things')
    .values([late, { ...late, kind: 'lapseDispute', waits: 'decisionSeconds' }])
    .execute();
  const db = await openBankDatabase(place);
  const rows = await db.selectFrom('due_things').selectAll().orderBy('kind').execute();
  expect(rows).toMatchObject([
    { kind: 'expire', due_at: NOW + HOUR, tried_at: null },
    { kind: 'lapseDispute', due_at: NOW + HOUR + 2 * MINUTE, tried_at: null },
  ]);
  await db.destroy();
  await before.destroy();
});
