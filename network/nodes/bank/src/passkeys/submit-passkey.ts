// SPDX-License-Identifier: Apache-2.0
// A passkey that signed for a login or for one order. It proves the same as a message code: that the customer has something.
import type { BankContext } from '../context.js';
import type { Passkey } from '../database/passkey-tables.js';
import type { BankDatabase } from '../database/schema.js';
import type { PassedFactor } from '../factors/attestations.js';
import { isLocked, recordPassed, recordTry, type TrySubject } from '../factors/tries.js';
import type { AttemptResult } from '../operations.js';
import { lockCustomer } from '../records/customers.js';
import { openChallenge, useChallenge } from './challenges.js';
import type { Assertion } from './passkey-shapes.js';
import { findByCredential, requirePasskeys, userHandleOf } from './passkey-store.js';
import { seemsCopied, verifyAssertion, type Signed } from './verify-passkey.js';

/** @returns the passkey that is said to have signed, if it is this customer's and accepted. */
async function ownPasskey(
  db: BankDatabase,
  context: BankContext,
  { customer_id }: TrySubject,
  { id, response }: Assertion,
): Promise<Passkey | undefined> {
  const passkey = await findByCredential(db, id);
  if (passkey?.customer_id !== customer_id) return undefined;
  if (passkey.removed_at !== null || passkey.suspended_at !== null) return undefined;
  return response.userHandle === userHandleOf(context, customer_id) ? passkey : undefined;
}

interface Judged {
  readonly result: AttemptResult;
  readonly passkey?: Passkey;
  readonly signed?: Signed;
}

async function judge(
  db: BankDatabase,
  context: BankContext,
  subject: TrySubject,
  assertion: Assertion,
): Promise<Judged> {
  const now = context.clock();
  const challenge = await openChallenge(db, subject, now);
  if (challenge === undefined) return { result: 'CHALLENGE_OVER' };
  await useChallenge(db, challenge, now);
  const passkey = await ownPasskey(db, context, subject, assertion);
  if (passkey === undefined) return { result: 'PASSKEY_WRONG' };
  const signed = await verifyAssertion(requirePasskeys(context), challenge, passkey, assertion);
  if (signed === undefined) return { result: 'PASSKEY_WRONG' };
  const result = seemsCopied(passkey.counter, signed.counter) ? 'PASSKEY_COPIED' : 'PASSED';
  return { result, passkey, signed };
}

/** A passkey that seems to be copied is not accepted any more: nobody can tell which of the two is the customer's. */
const changeOf = ({ result, signed }: Judged, now: number): Partial<Passkey> =>
  result === 'PASSED' && signed !== undefined
    ? { counter: signed.counter, backed_up: signed.backedUp, used_at: now }
    : { suspended_at: now };

async function tryPasskey(
  db: BankDatabase,
  context: BankContext,
  subject: TrySubject,
  assertion: Assertion,
): Promise<PassedFactor | undefined> {
  const judged = await judge(db, context, subject, assertion);
  const now = context.clock();
  await recordTry(db, subject, now, judged.result);
  if (judged.passkey === undefined) return undefined;
  await db
    .updateTable('passkeys')
    .set(changeOf(judged, now))
    .where('passkey_id', '=', judged.passkey.passkey_id)
    .execute();
  return judged.result === 'PASSED' ? recordPassed(db, subject, now) : undefined;
}

/** @returns the factor if it passed, or undefined. @throws {BankError} PASSKEYS_OFF. */
export async function submitPasskey(
  context: BankContext,
  subject: TrySubject,
  assertion: Assertion,
): Promise<PassedFactor | undefined> {
  requirePasskeys(context);
  return context.db.transaction().execute(async (db) => {
    await lockCustomer(db, subject.customer_id, context);
    if (!(await isLocked(db, subject, context))) return tryPasskey(db, context, subject, assertion);
    await recordTry(db, subject, context.clock(), 'LOCKED');
    return undefined;
  });
}
