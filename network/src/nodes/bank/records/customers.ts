// SPDX-License-Identifier: Apache-2.0
// Enrolment and changes of a customer's profile (units 2, 3 and 20).
import { canonicalJson } from '@fabric-offline-pay/domain';
import { BankError } from '../bank-error.js';
import type { BankContext } from '../context.js';
import { keyedDigest } from '../factors/installation-key.js';
import { hashPassword, isPassword } from '../factors/password.js';
import { lockCustomer } from '../factors/tries.js';
import type { Parsed } from '../inputs.js';
import type { Missing } from '../operations.js';
import { missingFields, profileColumns, replaceAddresses } from './profile.js';

/** @returns the customer's row. @throws {BankError} CUSTOMER_UNKNOWN. */
export async function requireCustomer({ db }: Pick<BankContext, 'db'>, customerId: string) {
  const row = await db
    .selectFrom('customers')
    .selectAll()
    .where('customer_id', '=', customerId)
    .executeTakeFirst();
  if (row === undefined) throw new BankError('CUSTOMER_UNKNOWN', 'customerId');
  return row;
}

/** Passwords stay out of it: a fast digest would be easier to guess than argon2id. */
function enrolmentMac(key: Uint8Array, input: Parsed<'enrol'>): string {
  const profile = JSON.stringify({ ...input, password: undefined });
  return keyedDigest(key, 'enrolment', canonicalJson(JSON.parse(profile)));
}

const insert = (
  context: BankContext,
  input: Parsed<'enrol'>,
  passwordHash: string,
): Promise<boolean> =>
  context.db.transaction().execute(async (db) => {
    const inserted = await db
      .insertInto('customers')
      .values({
        customer_id: input.customerId,
        name: input.name ?? null,
        phone: input.phone ?? null,
        email: input.email ?? null,
        birth_date: input.birthDate ?? null,
        password_hash: passwordHash,
        password_changed: false,
        enrolment_mac: enrolmentMac(context.key, input),
        default_device: input.deviceId ?? null,
        enrolled_at: context.clock(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('customer_id')
      .executeTakeFirst();
    if (inserted === undefined) return false;
    await replaceAddresses(db, input.customerId, input.addresses ?? []);
    return true;
  });

/** A password that was changed since enrolment no longer tells whether the enrolment is the same. */
async function ensureSameEnrolment(context: BankContext, input: Parsed<'enrol'>): Promise<void> {
  const stored = await requireCustomer(context, input.customerId);
  const sameProfile = stored.enrolment_mac === enrolmentMac(context.key, input);
  const samePassword =
    stored.password_changed || (await isPassword(stored.password_hash, input.password));
  if (!sameProfile || !samePassword) throw new BankError('IDEMPOTENCY_CONFLICT', 'customerId');
}

export async function enrol(context: BankContext, input: Parsed<'enrol'>): Promise<Missing> {
  const isNew = await insert(context, input, await hashPassword(input.password));
  if (!isNew) await ensureSameEnrolment(context, input);
  return { missing: await missingFields(context.db, input.customerId) };
}

const change = (context: BankContext, input: Parsed<'updateProfile'>, passwordHash?: string) =>
  context.db.transaction().execute(async (db) => {
    await lockCustomer(db, input.customerId);
    const columns = {
      ...profileColumns(input),
      ...(passwordHash !== undefined && { password_hash: passwordHash, password_changed: true }),
    };
    if (Object.keys(columns).length > 0)
      await db
        .updateTable('customers')
        .set(columns)
        .where('customer_id', '=', input.customerId)
        .execute();
    if (input.addresses !== undefined)
      await replaceAddresses(db, input.customerId, input.addresses ?? []);
  });

export async function updateProfile(
  context: BankContext,
  input: Parsed<'updateProfile'>,
): Promise<Missing> {
  await requireCustomer(context, input.customerId);
  await change(context, input, input.password && (await hashPassword(input.password)));
  return stateProfile(context, input.customerId);
}

/**
 * Makes the ledger's statement of the profile equal to the database: after a change, and again at every login, in case a crash
 * came between the two. Keeps the status that the bank's tellers set there.
 */
export async function stateProfile(context: BankContext, customerId: string): Promise<Missing> {
  const missing = await missingFields(context.db, customerId);
  const stated = await context.ledger.readCustomer({ customerId });
  if (stated.missing.join() !== missing.join())
    await context.ledger.updateProfile({ customerId, missing, status: stated.status });
  return { missing };
}
