// SPDX-License-Identifier: Apache-2.0
// A customer's row, and its enrolment (unit 2).
import { canonicalJson } from '@fabric-offline-pay/domain';
import { BankError } from '../bank-error.js';
import { settleChanges } from './settle-changes.js';
import type { BankContext } from '../context.js';
import type { BankDatabase, Customer } from '../database/schema.js';
import { keyedDigest } from '../secrets/installation-key.js';
import { hashPassword, isPassword } from '../secrets/password.js';
import type { Parsed } from '../inputs.js';
import type { Missing } from '../operations.js';
import { DEFAULT_LANGUAGE } from '../messages/language.js';
import { missingFields, replaceAddresses } from './profile.js';

const findCustomer = (db: BankDatabase, customerId: string): Promise<Customer | undefined> =>
  db
    .selectFrom('customers')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('erased_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();

/**
 * Locks the customer's row, so that parallel calls for one customer take turns until the end of the transaction.
 * @returns the customer's row with changes that are due, or undefined when there is no such customer, or none any more.
 */
export async function lockCustomer(
  db: BankDatabase,
  customerId: string,
  { clock }: Pick<BankContext, 'clock'>,
): Promise<Customer | undefined> {
  const customer = await findCustomer(db, customerId);
  if (customer === undefined) return undefined;
  const changed = await settleChanges(db, customerId, clock());
  return changed ? findCustomer(db, customerId) : customer;
}

/** Like {@link lockCustomer}. @throws {BankError} CUSTOMER_UNKNOWN. */
export async function lockKnownCustomer(
  db: BankDatabase,
  customerId: string,
  context: Pick<BankContext, 'clock'>,
): Promise<Customer> {
  const customer = await lockCustomer(db, customerId, context);
  if (customer === undefined) throw new BankError('CUSTOMER_UNKNOWN', 'customerId');
  return customer;
}

/** @returns the customer's row with changes that are due. @throws {BankError} CUSTOMER_UNKNOWN. */
export const requireCustomer = (
  context: Pick<BankContext, 'db' | 'clock'>,
  customerId: string,
): Promise<Customer> =>
  context.db.transaction().execute((db) => lockKnownCustomer(db, customerId, context));

/** The password is not part of it, because a fast digest would be easier to guess than argon2id. */
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
        language: input.language ?? DEFAULT_LANGUAGE,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('customer_id')
      .executeTakeFirst();
    if (inserted === undefined) return false;
    await replaceAddresses(db, input.customerId, input.addresses ?? []);
    return true;
  });

/**
 * If the password was changed since enrolment, it no longer shows whether the enrolment is the same. The id of an erased customer is not
 * given to anybody again.
 */
async function isSameEnrolment(context: BankContext, input: Parsed<'enrol'>): Promise<boolean> {
  const stored = await context.db
    .transaction()
    .execute((db) => lockCustomer(db, input.customerId, context));
  if (stored?.enrolment_mac !== enrolmentMac(context.key, input)) return false;
  return stored.password_changed || isPassword(stored.password_hash, input.password);
}

export async function enrol(context: BankContext, input: Parsed<'enrol'>): Promise<Missing> {
  const isNew = await insert(context, input, await hashPassword(input.password));
  if (!isNew && !(await isSameEnrolment(context, input)))
    throw new BankError('IDEMPOTENCY_CONFLICT', 'customerId');
  return { missing: await missingFields(context.db, input.customerId) };
}

/** Registers the public key of a known customer's device on the ledger. */
export async function registerDevice(
  context: BankContext,
  device: Parsed<'registerDevice'>,
): Promise<{ readonly registered: true }> {
  await requireCustomer(context, device.customerId);
  await context.ledger.registerDevice(device);
  return { registered: true };
}
