// SPDX-License-Identifier: Apache-2.0
// Unit 6: a password typed for a login or for one order.
import type { BankContext } from '../context.js';
import type { PassedFactor } from './attestations.js';
import { rejectPassword, isPassword } from '../secrets/password.js';
import { lockCustomer } from '../records/customers.js';
import { isLocked, recordPassed, recordTry, type TrySubject } from './tries.js';

/** A recorded try that must still be checked. Without a hash when the factor is locked or the customer is unknown. */
interface OpenTry {
  readonly seq: number;
  readonly stored: string | undefined;
}

const beginTry = (context: BankContext, subject: TrySubject): Promise<OpenTry> =>
  context.db.transaction().execute(async (db) => {
    const customer = await lockCustomer(db, subject.customer_id, context);
    const locked = await isLocked(db, subject, context);
    const seq = await recordTry(db, subject, context.clock(), locked ? 'LOCKED' : undefined);
    return { seq, stored: locked ? undefined : customer?.password_hash };
  });

const passTry = (
  context: BankContext,
  subject: TrySubject,
  seq: number,
): Promise<PassedFactor | undefined> =>
  context.db.transaction().execute(async (db) => {
    await db.updateTable('attempts').set({ result: 'PASSED' }).where('seq', '=', seq).execute();
    return recordPassed(db, subject, context.clock());
  });

/** @returns the factor if it passed, or undefined. Hashes in both cases. */
export async function submitPassword(
  context: BankContext,
  subject: TrySubject,
  password: string,
): Promise<PassedFactor | undefined> {
  const { seq, stored } = await beginTry(context, subject);
  const right = await (stored === undefined
    ? rejectPassword(password)
    : isPassword(stored, password));
  return right ? passTry(context, subject, seq) : undefined;
}
