// SPDX-License-Identifier: Apache-2.0
// Unit 5: a one-time code typed for a login or for one order.
import type { BankContext } from '../context.js';
import type { BankDatabase } from '../database/schema.js';
import type { PassedFactor } from './attestations.js';
import { judgeCode } from './one-time-code.js';
import { lockCustomer } from '../records/customers.js';
import { isLocked, recordPassed, recordTry, type TrySubject } from './tries.js';

/** @returns the newest code for the login or order. Only the newest is valid. */
export const newestCode = (
  db: BankDatabase,
  { login_id, bound_to }: Pick<TrySubject, 'login_id' | 'bound_to'>,
) =>
  db
    .selectFrom('codes')
    .selectAll()
    .where('login_id', '=', login_id)
    .where('bound_to', '=', bound_to)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();

const countTry = (db: BankDatabase, seq: number) =>
  db
    .updateTable('codes')
    .set((expressions) => ({ tries: expressions('tries', '+', 1) }))
    .where('seq', '=', seq)
    .execute();

async function tryCode(
  db: BankDatabase,
  context: BankContext,
  subject: TrySubject,
  code: string,
): Promise<PassedFactor | undefined> {
  const now = context.clock();
  const stored = await newestCode(db, subject);
  const result = judgeCode(stored, code, {
    key: context.key,
    now,
    tries: context.limits.codeTries,
  });
  await recordTry(db, subject, now, result);
  if (stored !== undefined && result === 'CODE_WRONG') await countTry(db, stored.seq);
  if (stored === undefined || result !== 'PASSED') return undefined;
  await db.updateTable('codes').set({ used_at: now }).where('seq', '=', stored.seq).execute();
  return recordPassed(db, subject, now);
}

/** @returns the factor if it passed, or undefined. */
export const submitCode = (
  context: BankContext,
  subject: TrySubject,
  code: string,
): Promise<PassedFactor | undefined> =>
  context.db.transaction().execute(async (db) => {
    await lockCustomer(db, subject.customer_id, context);
    if (!(await isLocked(db, subject, context))) return tryCode(db, context, subject, code);
    await recordTry(db, subject, context.clock(), 'LOCKED');
    return undefined;
  });
