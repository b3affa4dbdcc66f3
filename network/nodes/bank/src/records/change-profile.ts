// SPDX-License-Identifier: Apache-2.0
// Changes of a profile (units 3 and 20): who may fill in empty fields, and who may replace values.
import { BankError } from '../bank-error.js';
import type { BankContext } from '../context.js';
import type { BankDatabase, LoginTable } from '../database/schema.js';
import type { Parsed } from '../inputs.js';
import { PROFILE_FIELDS, type Missing, type ProfileField } from '../operations.js';
import { lockCustomer, lockKnownCustomer, requireCustomer } from './customers.js';
import { loginAndSession, type LoginAndSession } from './logins.js';
import { missingFields, profileColumns, replaceAddresses } from './profile.js';

type Patch = Omit<Parsed<'updateProfile'>, 'customerId'>;

/** What a patch may change: the language has a value from the beginning, so it is only ever replaced. */
type PatchField = ProfileField | 'language';

const PATCH_FIELDS: readonly PatchField[] = [...PROFILE_FIELDS, 'language'];

/** Fields that a customer may replace in an authenticated login. Name and birth date need documents, which the front office checks. */
const OWN: readonly PatchField[] = ['email', 'addresses', 'language'];

/** Fields that the front office may replace. A telephone is a factor: see `changes`. */
const BY_TELLER: readonly PatchField[] = ['name', 'email', 'birthDate', 'addresses', 'language'];

const patchedFields = (patch: Patch): PatchField[] =>
  PATCH_FIELDS.filter((field) => patch[field] !== undefined);

/** @throws {BankError} for the first field that has a value and may not be replaced. */
function ensureReplaceable(fields: readonly PatchField[], allowed: readonly PatchField[]) {
  const refused = fields.find((field) => !allowed.includes(field));
  if (refused !== undefined)
    throw new BankError(refused === 'phone' ? 'CHANGE_NEEDS_FACTORS' : 'ACCESS_DENIED', refused);
}

async function write(db: BankDatabase, customerId: string, patch: Patch): Promise<void> {
  const columns = profileColumns(patch);
  if (Object.keys(columns).length > 0)
    await db.updateTable('customers').set(columns).where('customer_id', '=', customerId).execute();
  if (patch.addresses !== undefined) await replaceAddresses(db, customerId, patch.addresses ?? []);
}

/** The front office may give the present telephone, so that its call can be repeated. */
const changeByTeller = (context: BankContext, customerId: string, patch: Patch) =>
  context.db.transaction().execute(async (db) => {
    const customer = await lockKnownCustomer(db, customerId, context);
    const empty = await missingFields(db, customerId);
    const same = customer.phone === patch.phone ? (['phone'] as const) : [];
    ensureReplaceable(patchedFields(patch), [...BY_TELLER, ...empty, ...same]);
    await write(db, customerId, patch);
  });

export async function updateProfile(
  context: BankContext,
  { customerId, ...patch }: Parsed<'updateProfile'>,
): Promise<Missing> {
  await requireCustomer(context, customerId);
  await changeByTeller(context, customerId, patch);
  return stateProfile(context, customerId);
}

/**
 * The fields that a login may fill in: empty ones, and, until it begins to authenticate, those that it filled in itself, so that the
 * call can be repeated and a mistake corrected.
 */
async function fillableBy(
  db: BankDatabase,
  { login, session }: LoginAndSession,
  { clock, limits }: BankContext,
): Promise<ProfileField[]> {
  const young = clock() < login.opened_at + limits.sessionSeconds * 1000;
  const filling = login.state === 'opened' && young;
  if (login.failure !== null || !(filling || session)) return [];
  const filled = filling ? login.filled.split(',') : [];
  const empty = await missingFields(db, login.customer_id);
  return PROFILE_FIELDS.filter((field) => empty.includes(field) || filled.includes(field));
}

async function noteFilled(
  db: BankDatabase,
  { login_id, filled }: LoginTable,
  fields: readonly PatchField[],
) {
  const all = new Set([...filled.split(',').filter(Boolean), ...fields]);
  await db
    .updateTable('logins')
    .set({ filled: [...all].join() })
    .where('login_id', '=', login_id)
    .execute();
}

/** @returns whose profile it was. */
const changeByCustomer = (context: BankContext, loginId: string, patch: Patch) =>
  context.db.transaction().execute(async (db) => {
    const found = await loginAndSession({ ...context, db }, loginId);
    const { customer_id } = found.login;
    // Whoever is no customer, or none any more, is answered like one who may fill in nothing.
    const isCustomer = (await lockCustomer(db, customer_id, context)) !== undefined;
    const fillable: readonly PatchField[] = isCustomer ? await fillableBy(db, found, context) : [];
    const standing = patchedFields(patch).filter((field) => !fillable.includes(field));
    if (standing.length > 0 && !(isCustomer && found.session))
      throw new BankError('LOGIN_NOT_AUTHENTICATED', standing[0]);
    ensureReplaceable(standing, OWN);
    await write(db, customer_id, patch);
    await noteFilled(
      db,
      found.login,
      patchedFields(patch).filter((field) => fillable.includes(field)),
    );
    return customer_id;
  });

export async function completeProfile(
  context: BankContext,
  { loginId, ...patch }: Parsed<'completeProfile'>,
): Promise<Missing> {
  return stateProfile(context, await changeByCustomer(context, loginId, patch));
}

/**
 * Makes the ledger's statement of the profile equal to the database, after a change and again at every login, in case of a crash
 * between the two. Leaves out the status, which the bank's tellers may be setting at this moment.
 */
export async function stateProfile(context: BankContext, customerId: string): Promise<Missing> {
  const missing = await missingFields(context.db, customerId);
  const stated = await context.ledger.readCustomer({ customerId });
  if (stated.missing.join() !== missing.join())
    await context.ledger.updateProfile({ customerId, missing });
  return { missing };
}
