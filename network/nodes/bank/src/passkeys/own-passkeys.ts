// SPDX-License-Identifier: Apache-2.0
// A customer's passkeys (unit 20): registered, listed, named and removed within a session by both factors. Each that comes or goes is told
// to the customer before.
import type { BankContext, CallContext } from '../context.js';
import type { Passkey } from '../database/passkey-tables.js';
import { BankError } from '../bank-error.js';
import { toInstant } from '../clock.js';
import type { Parsed } from '../inputs.js';
import type { PasskeyMessageKind } from '../messages/kinds.js';
import { passkeyMessageId } from '../messages/message-ids.js';
import { expiryOf, sendStored, storeForCaller } from '../outbox/send-now.js';
import { lockKnownCustomer, requireCustomer } from '../records/customers.js';
import { requireSession } from '../records/logins.js';
import { issueChallenge, openChallenge, REGISTRATION, useChallenge } from './challenges.js';
import type { PasskeyRecord, RegistrationBegun } from './passkey-shapes.js';
import {
  ensureRoom,
  findByCredential,
  passkeyIdOf,
  passkeysOf,
  requirePasskey,
  requirePasskeys,
  shownPasskey,
  userHandleOf,
} from './passkey-store.js';
import { ALGORITHMS, fieldOf, verifyRegistration } from './verify-passkey.js';

type Transports = RegistrationBegun['options']['excludeCredentials'][number]['transports'];

const transportsOf = ({ transports }: Passkey): Transports =>
  transports.split(',').filter((transport) => transport !== '') as Transports;

/** The device of a passkey makes no second one, and shows the customer's pseudonym only. */
function creationOptions(
  context: BankContext,
  customerId: string,
  present: readonly Passkey[],
): Omit<RegistrationBegun['options'], 'challenge'> {
  const { rpId, rpName } = requirePasskeys(context);
  return {
    rp: { id: rpId, name: rpName },
    user: { id: userHandleOf(context, customerId), name: customerId, displayName: customerId },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: context.limits.codeSeconds * 1000,
    excludeCredentials: present.map((row) => ({
      type: 'public-key',
      id: row.credential_id,
      transports: transportsOf(row),
    })),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    attestation: 'none',
  };
}

export async function beginPasskey(
  context: CallContext,
  { loginId }: Parsed<'beginPasskey'>,
): Promise<RegistrationBegun> {
  requirePasskeys(context);
  const { customer_id, login_id } = await requireSession(context, loginId);
  await ensureRoom(context.db, customer_id);
  const present = await passkeysOf(context.db, customer_id);
  const subject = { customer_id, login_id, bound_to: REGISTRATION };
  const { challenge, expiresAt } = await issueChallenge(context, subject);
  return {
    options: { ...creationOptions(context, customer_id, present), challenge },
    expiresAt: toInstant(expiresAt),
  };
}

/** Nothing comes or goes unannounced. A repeated call sends the same message, unless it was sent. */
async function tellOwner(
  context: CallContext,
  customerId: string,
  kind: PasskeyMessageKind,
  passkeyId: string,
): Promise<void> {
  const owner = await requireCustomer(context, customerId);
  if (owner.phone !== null) context.caller.spend('codes');
  const now = context.clock();
  const message = {
    message_id: passkeyMessageId(passkeyId, kind),
    customer_id: customerId,
    kind,
    happened_at: now,
    expires_at: expiryOf(now),
  };
  await context.db.transaction().execute((db) => storeForCaller(db, context, message));
  await sendStored(context, owner, message);
}

type Row = Omit<Passkey, 'used_at' | 'suspended_at' | 'removed_at'>;

const refused = (): BankError => new BankError('PASSKEY_REFUSED', 'credential');

/** Uses up the challenge with it. @throws {BankError} PASSKEY_REFUSED when another call used it, or the credential is known. */
const store = (context: CallContext, row: Row): Promise<Passkey> =>
  context.db.transaction().execute(async (db) => {
    await lockKnownCustomer(db, row.customer_id, context);
    await ensureRoom(db, row.customer_id);
    if (!(await useChallenge(db, row.registered_with, context.clock()))) throw refused();
    const stored = await db
      .insertInto('passkeys')
      .values({ ...row, used_at: null, suspended_at: null, removed_at: null })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (stored === undefined) throw refused();
    return stored;
  });

/** The same answer of the device, and the same name. @throws {BankError} PASSKEY_REFUSED for a credential that came otherwise. */
function repeated(known: Passkey, customerId: string, asked: Parsed<'registerPasskey'>): Passkey {
  const { clientDataJSON } = asked.credential.response;
  const isSame =
    known.customer_id === customerId &&
    known.name === asked.name &&
    known.registered_with === fieldOf(clientDataJSON, 'challenge');
  if (!isSame) throw refused();
  return known;
}

/** @throws {BankError} PASSKEY_REFUSED, PASSKEYS_OFF, TOO_MANY_PASSKEYS, MESSAGE_NOT_SENT. */
export async function registerPasskey(
  context: CallContext,
  asked: Parsed<'registerPasskey'>,
): Promise<PasskeyRecord> {
  const config = requirePasskeys(context);
  const { db, clock } = context;
  const { customer_id, login_id } = await requireSession(context, asked.loginId);
  const known = await findByCredential(db, asked.credential.id);
  if (known !== undefined) return shownPasskey(repeated(known, customer_id, asked));
  const challenge = await openChallenge(db, { login_id, bound_to: REGISTRATION }, clock());
  if (challenge === undefined) throw refused();
  const made = await verifyRegistration(config, challenge, asked.credential);
  if (made === undefined) throw refused();
  await ensureRoom(db, customer_id);
  const passkey_id = passkeyIdOf(made.credentialId);
  await tellOwner(context, customer_id, 'passkeyAdded', passkey_id);
  const row = await store(context, {
    passkey_id,
    customer_id,
    credential_id: made.credentialId,
    name: asked.name,
    public_key: made.publicKey,
    counter: made.counter,
    transports: (asked.credential.response.transports ?? []).join(),
    backed_up: made.backedUp,
    registered_with: challenge,
    registered_at: clock(),
  });
  return shownPasskey(row);
}

export async function listPasskeys(
  context: CallContext,
  { loginId }: Parsed<'listPasskeys'>,
): Promise<PasskeyRecord[]> {
  const { customer_id } = await requireSession(context, loginId);
  return (await passkeysOf(context.db, customer_id)).map(shownPasskey);
}

/** @throws {BankError} NOT_FOUND. */
export async function renamePasskey(
  context: CallContext,
  { loginId, passkeyId, name }: Parsed<'renamePasskey'>,
): Promise<PasskeyRecord> {
  const { customer_id } = await requireSession(context, loginId);
  const found = await requirePasskey(context.db, customer_id, passkeyId);
  if (found.removed_at !== null) throw new BankError('NOT_FOUND', 'passkeyId');
  await context.db
    .updateTable('passkeys')
    .set({ name })
    .where('passkey_id', '=', passkeyId)
    .execute();
  return shownPasskey({ ...found, name });
}

/** From now on it is refused; then the customer is told, so that a message that fails keeps no stolen device in. */
export async function removePasskey(
  context: CallContext,
  { loginId, passkeyId }: Parsed<'removePasskey'>,
): Promise<{ readonly removed: true }> {
  const { customer_id } = await requireSession(context, loginId);
  await requirePasskey(context.db, customer_id, passkeyId);
  await context.db
    .updateTable('passkeys')
    .set({ removed_at: context.clock() })
    .where('passkey_id', '=', passkeyId)
    .where('removed_at', 'is', null)
    .execute();
  await tellOwner(context, customer_id, 'passkeyRemoved', passkeyId);
  return { removed: true };
}
