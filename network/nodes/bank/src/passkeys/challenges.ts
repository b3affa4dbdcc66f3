// SPDX-License-Identifier: Apache-2.0
// Challenges that passkeys sign: each for one login and one purpose, once, for as long as a message code is valid. Only the newest counts.
import { randomBytes } from 'node:crypto';
import { BankError } from '../bank-error.js';
import type { BankContext } from '../context.js';
import type { BankDatabase } from '../database/schema.js';
import { lockCustomer } from '../records/customers.js';

/** The purpose of a challenge for a new passkey. Orders have digests instead, so that no order is called this. */
export const REGISTRATION = 'registration';

/** Who signs, in which login, for what: `login`, {@link REGISTRATION}, or the digest of an order. */
export interface ChallengeSubject {
  readonly customer_id: string;
  readonly login_id: string;
  readonly bound_to: string;
}

export interface Challenge {
  /** Base64url. */
  readonly challenge: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const RANDOM_BYTES = 32;

/** The purpose is a part of what is signed: a signature for one order is none for another (PSD2 RTS, Art. 5). */
const drawChallenge = (boundTo: string): string =>
  Buffer.concat([randomBytes(RANDOM_BYTES), Buffer.from(boundTo)]).toString('base64url');

/** As for codes: whoever opens logins in vain cannot fill the table. */
async function ensureFewUnused(
  db: BankDatabase,
  customerId: string,
  { clock, limits }: Pick<BankContext, 'clock' | 'limits'>,
): Promise<void> {
  const { unused } = await db
    .selectFrom('passkey_challenges')
    .select((expressions) => expressions.fn.countAll().as('unused'))
    .where('customer_id', '=', customerId)
    .where('used_at', 'is', null)
    .where('created_at', '>', clock() - limits.windowSeconds * 1000)
    .executeTakeFirstOrThrow();
  if (Number(unused) >= limits.unusedCodes) throw new BankError('TOO_MANY_CHALLENGES');
}

/** @throws {BankError} TOO_MANY_CHALLENGES. */
export const issueChallenge = (
  context: Pick<BankContext, 'db' | 'clock' | 'limits'>,
  subject: ChallengeSubject,
): Promise<Challenge> =>
  context.db.transaction().execute(async (db) => {
    await lockCustomer(db, subject.customer_id, context);
    await ensureFewUnused(db, subject.customer_id, context);
    const now = context.clock();
    const challenge = drawChallenge(subject.bound_to);
    const expiresAt = now + context.limits.codeSeconds * 1000;
    await db
      .insertInto('passkey_challenges')
      .values({ ...subject, challenge, created_at: now, expires_at: expiresAt, used_at: null })
      .execute();
    return { challenge, expiresAt };
  });

/** @returns the newest challenge, unless it was used or its time is over. */
export async function openChallenge(
  db: BankDatabase,
  { login_id, bound_to }: Omit<ChallengeSubject, 'customer_id'>,
  now: number,
): Promise<string | undefined> {
  const newest = await db
    .selectFrom('passkey_challenges')
    .select(['challenge', 'expires_at', 'used_at'])
    .where('login_id', '=', login_id)
    .where('bound_to', '=', bound_to)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const isOpen = newest !== undefined && newest.used_at === null && now < newest.expires_at;
  return isOpen ? newest.challenge : undefined;
}

/** Nothing can be signed for it any more. @returns whether this call used it. */
export async function useChallenge(
  db: BankDatabase,
  challenge: string,
  now: number,
): Promise<boolean> {
  const used = await db
    .updateTable('passkey_challenges')
    .set({ used_at: now })
    .where('challenge', '=', challenge)
    .where('used_at', 'is', null)
    .returning('seq')
    .executeTakeFirst();
  return used !== undefined;
}
