// SPDX-License-Identifier: Apache-2.0
// Rows of passkeys.
import { createHash } from 'node:crypto';
import { BankError } from '../bank-error.js';
import { toInstant } from '../clock.js';
import type { BankContext } from '../context.js';
import type { Passkey } from '../database/passkey-tables.js';
import type { BankDatabase } from '../database/schema.js';
import { keyedDigest } from '../secrets/installation-key.js';
import type { PasskeyConfig } from './passkey-config.js';
import type { PasskeyRecord } from './passkey-shapes.js';

/** A customer has some devices; more would only hide one that is not its own. */
const MOST = 10;

const ID_DIGITS = 32;

/** @returns the id of a passkey, which is shorter than that of its credential. */
export const passkeyIdOf = (credentialId: string): string =>
  createHash('sha256').update(credentialId).digest('hex').slice(0, ID_DIGITS);

/** @returns what devices know the customer by, base64url: the same for all of its passkeys, and nothing to anybody else. */
export const userHandleOf = ({ key }: Pick<BankContext, 'key'>, customerId: string): string =>
  Buffer.from(keyedDigest(key, 'passkey-user', customerId), 'hex').toString('base64url');

/** @throws {BankError} PASSKEYS_OFF when the node offers none. */
export function requirePasskeys({ passkeys }: Pick<BankContext, 'passkeys'>): PasskeyConfig {
  if (passkeys === undefined) throw new BankError('PASSKEYS_OFF');
  return passkeys;
}

/** @returns the customer's passkeys that were not removed, the newest first. */
export const passkeysOf = (db: BankDatabase, customerId: string): Promise<Passkey[]> =>
  db
    .selectFrom('passkeys')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('removed_at', 'is', null)
    .orderBy('registered_at', 'desc')
    .orderBy('passkey_id')
    .execute();

/** @returns the passkey with this credential, also one that was removed. */
export const findByCredential = (
  db: BankDatabase,
  credentialId: string,
): Promise<Passkey | undefined> =>
  db
    .selectFrom('passkeys')
    .selectAll()
    .where('credential_id', '=', credentialId)
    .executeTakeFirst();

/** @returns the customer's passkey, also one that was removed. @throws {BankError} NOT_FOUND, also for another customer's. */
export async function requirePasskey(
  db: BankDatabase,
  customerId: string,
  passkeyId: string,
): Promise<Passkey> {
  const found = await db
    .selectFrom('passkeys')
    .selectAll()
    .where('passkey_id', '=', passkeyId)
    .where('customer_id', '=', customerId)
    .executeTakeFirst();
  if (found === undefined) throw new BankError('NOT_FOUND', 'passkeyId');
  return found;
}

/** @throws {BankError} TOO_MANY_PASSKEYS. */
export async function ensureRoom(db: BankDatabase, customerId: string): Promise<void> {
  if ((await passkeysOf(db, customerId)).length >= MOST) throw new BankError('TOO_MANY_PASSKEYS');
}

/** @returns those that seem to be copied, as the alert names them: customer and passkey. */
export async function suspendedPasskeys(db: BankDatabase): Promise<string[]> {
  const rows = await db
    .selectFrom('passkeys')
    .select(['customer_id', 'passkey_id'])
    .where('suspended_at', 'is not', null)
    .where('removed_at', 'is', null)
    .orderBy('passkey_id')
    .execute();
  return rows.map(({ customer_id, passkey_id }) => `${customer_id}/${passkey_id}`);
}

export const shownPasskey = (row: Passkey): PasskeyRecord => ({
  passkeyId: row.passkey_id,
  name: row.name,
  registeredAt: toInstant(row.registered_at),
  usedAt: row.used_at === null ? null : toInstant(row.used_at),
  backedUp: row.backed_up,
  suspended: row.suspended_at !== null,
});
