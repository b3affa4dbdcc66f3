// SPDX-License-Identifier: Apache-2.0
// Tries of the factors. Each try is recorded as wrong before it is checked, so that no parallel guess escapes the count.
import { randomBytes } from 'node:crypto';
import type { BankContext } from '../context.js';
import type { BankDatabase } from '../database/schema.js';
import type { AttemptResult, Factor } from '../operations.js';
import { FACTORS, PROVES } from '../states.js';
import type { PassedFactor } from './attestations.js';

/** The purpose of a try. */
export interface TrySubject {
  readonly customer_id: string;
  readonly login_id: string;
  readonly bound_to: string;
  readonly factor: Factor;
}

const WRONG: Record<Factor, AttemptResult> = {
  password: 'PASSWORD_WRONG',
  sms: 'CODE_WRONG',
  passkey: 'PASSKEY_WRONG',
};

/**
 * Whether the factor is locked, because of too many wrong tries in the window. It unlocks when they are old enough. A right try
 * does not clear them, because knowing one factor must not give more guesses at the other. Tries while locked do not count.
 */
export async function isLocked(
  db: BankDatabase,
  { customer_id, factor }: TrySubject,
  { clock, limits }: Pick<BankContext, 'clock' | 'limits'>,
): Promise<boolean> {
  const { wrong } = await db
    .selectFrom('attempts')
    .select((expressions) => expressions.fn.countAll().as('wrong'))
    .where('customer_id', '=', customer_id)
    .where('factor', '=', factor)
    .where('result', '=', WRONG[factor])
    .where('at', '>', clock() - limits.windowSeconds * 1000)
    .executeTakeFirstOrThrow();
  return Number(wrong) >= limits.wrongTries;
}

/** @returns the number of the try. */
export async function recordTry(
  db: BankDatabase,
  subject: TrySubject,
  at: number,
  result: AttemptResult = WRONG[subject.factor],
): Promise<number> {
  const { seq } = await db
    .insertInto('attempts')
    .values({ ...subject, at, result })
    .returning('seq')
    .executeTakeFirstOrThrow();
  return seq;
}

/** Whether the login still accepts factors. A decided login does not, even if the try began before. */
async function isOpen(
  db: BankDatabase,
  { login_id, bound_to }: Pick<TrySubject, 'login_id' | 'bound_to'>,
): Promise<boolean> {
  if (bound_to !== 'login') return true;
  const open = await db
    .selectFrom('logins')
    .select('login_id')
    .where('login_id', '=', login_id)
    .where('state', '=', 'authenticating')
    .executeTakeFirst();
  return open !== undefined;
}

/** The factors that prove what this one proves. */
const sameProof = (factor: Factor): Factor[] =>
  FACTORS.filter((other) => PROVES[other] === PROVES[factor]);

const findPassed = (
  db: BankDatabase,
  { login_id, bound_to, factor }: TrySubject,
): Promise<PassedFactor | undefined> =>
  db
    .selectFrom('factors')
    .selectAll()
    .where('login_id', '=', login_id)
    .where('bound_to', '=', bound_to)
    .where('factor', 'in', sameProof(factor))
    .executeTakeFirst();

/**
 * Stores that a factor passed. A factor that passed before keeps its nonce, and so does another that proves the same: the ledger takes
 * one attestation of each proof. Factors of possession are tried under the customer's lock.
 * @returns the row, or undefined when the login was decided in the meantime.
 */
export async function recordPassed(
  db: BankDatabase,
  subject: TrySubject,
  at: number,
): Promise<PassedFactor | undefined> {
  if (!(await isOpen(db, subject))) return undefined;
  const before = await findPassed(db, subject);
  if (before !== undefined) return before;
  const { login_id, bound_to, factor } = subject;
  const nonce = randomBytes(16).toString('hex');
  await db
    .insertInto('factors')
    .values({ login_id, bound_to, factor, nonce, passed_at: at, attested_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return findPassed(db, subject);
}
