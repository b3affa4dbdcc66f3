// SPDX-License-Identifier: Apache-2.0
// Rows of changes of telephone and password, and the messages about them to the customer's present telephone.
import { BankError } from '../bank-error.js';
import { toInstant } from '../clock.js';
import type { BankContext, CallContext } from '../context.js';
import type { BankDatabase, Change } from '../database/schema.js';
import { keyedDigest } from '../secrets/installation-key.js';
import { hashPassword, isPassword } from '../secrets/password.js';
import type { ChangeMessageKind } from '../messages/kinds.js';
import { changeMessageId } from '../messages/message-ids.js';
import type { ChangeRecord, ChangeState } from '../operations.js';
import { expiryOf, sendStored, storeForCaller } from '../outbox/send-now.js';
import { lockKnownCustomer, requireCustomer } from '../records/customers.js';

/** States of changes that will take effect unless somebody cancels them. A customer has at most one, since two would be hard to follow. */
const UNDER_WAY: readonly ChangeState[] = ['unconfirmed', 'waiting'];

/** A change that somebody asks for. */
export interface ChangeAsked {
  readonly changeId: string;
  readonly customerId: string;
  readonly loginId: string | null;
  readonly phone?: string | undefined;
  readonly password?: string | undefined;
}

export const findChange = (db: BankDatabase, changeId: string): Promise<Change | undefined> =>
  db
    .selectFrom('credential_changes')
    .selectAll()
    .where('change_id', '=', changeId)
    .executeTakeFirst();

/** @returns the change of this customer. @throws {BankError} NOT_FOUND, also when it belongs to another customer. */
export async function requireChange(
  db: BankDatabase,
  customerId: string,
  changeId: string,
): Promise<Change> {
  const change = await findChange(db, changeId);
  if (change?.customer_id !== customerId) throw new BankError('NOT_FOUND', 'changeId');
  return change;
}

/** @returns the change whose factors are bound to this digest, or undefined. */
export const findBoundChange = (
  db: BankDatabase,
  loginId: string,
  digest: string,
): Promise<Change | undefined> =>
  db
    .selectFrom('credential_changes')
    .selectAll()
    .where('login_id', '=', loginId)
    .where('digest', '=', digest)
    .executeTakeFirst();

/** @throws {BankError} STATE_CONFLICT while another change of the customer is open. */
export async function ensureNoOther(
  db: BankDatabase,
  customerId: string,
  changeId: string,
): Promise<void> {
  const other = await db
    .selectFrom('credential_changes')
    .select('change_id')
    .where('customer_id', '=', customerId)
    .where('change_id', '!=', changeId)
    .where('state', 'in', UNDER_WAY)
    .executeTakeFirst();
  if (other !== undefined) throw new BankError('STATE_CONFLICT', 'changeId');
}

/** The same content is a repetition. @throws {BankError} IDEMPOTENCY_CONFLICT. */
async function ensureSame(row: Change, asked: ChangeAsked): Promise<void> {
  const { customerId, loginId, phone = null, password } = asked;
  const samePassword =
    row.password_hash === null || password === undefined
      ? row.password_hash === null && password === undefined
      : await isPassword(row.password_hash, password);
  const same = row.customer_id === customerId && row.login_id === loginId && row.phone === phone;
  if (!same || !samePassword) throw new BankError('IDEMPOTENCY_CONFLICT', 'changeId');
}

/** The digest covers the password through its salted hash, so it is not a faster way to guess the password. */
async function newRow({ key, clock, caller }: CallContext, asked: ChangeAsked) {
  const { changeId, customerId, loginId, phone = null, password } = asked;
  const password_hash = password === undefined ? null : await hashPassword(password);
  const content = JSON.stringify([changeId, customerId, phone, password_hash]);
  return {
    change_id: changeId,
    customer_id: customerId,
    login_id: loginId,
    digest: keyedDigest(key, 'credential-change', content),
    phone,
    password_hash,
    asked_by: caller.name,
    asked_at: clock(),
  };
}

/** Stores a change once. @throws {BankError} IDEMPOTENCY_CONFLICT when another change has its id. */
export async function storeChange(
  context: CallContext,
  asked: ChangeAsked,
  begun: Pick<Change, 'kind' | 'state'>,
): Promise<Change> {
  const { db } = context;
  if ((await findChange(db, asked.changeId)) === undefined)
    await db
      .insertInto('credential_changes')
      .values({ ...(await newRow(context, asked)), ...begun })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  const row = await requireChange(db, asked.customerId, asked.changeId).catch(() => undefined);
  if (row?.kind !== begun.kind) throw new BankError('IDEMPOTENCY_CONFLICT', 'changeId');
  await ensureSame(row, asked);
  return row;
}

/** Moves a change to its next state, if it is in this state and its customer has no other open change. @returns whether it did. */
export const moveChange = (
  context: BankContext,
  { change_id, customer_id }: Change,
  from: readonly ChangeState[],
  to: Partial<Change> & { readonly state: ChangeState },
): Promise<boolean> =>
  context.db.transaction().execute(async (db) => {
    await lockKnownCustomer(db, customer_id, context);
    if (UNDER_WAY.includes(to.state)) await ensureNoOther(db, customer_id, change_id);
    const moved = await db
      .updateTable('credential_changes')
      .set(to)
      .where('change_id', '=', change_id)
      .where('state', 'in', from)
      .returning('change_id')
      .executeTakeFirst();
    return moved !== undefined;
  });

/** How a change starts to wait. */
interface Waiting {
  readonly from: ChangeState;
  readonly seconds: number;
  /** The input field that a conflict names. */
  readonly field: 'boundTo' | 'changeId';
  readonly confirmed_by?: string;
}

/**
 * Tells the customer about a confirmed change and starts its wait.
 * @returns when it takes effect, milliseconds since 1970.
 * @throws {BankError} STATE_CONFLICT when another call moved it first.
 */
export async function letWait(
  context: CallContext,
  change: Change,
  { from, seconds, field, ...by }: Waiting,
): Promise<number> {
  await tellOwner(context, change, 'changeWaits', seconds);
  const effective_at = context.clock() + seconds * 1000;
  const waiting = { state: 'waiting', effective_at, ...by } as const;
  if (!(await moveChange(context, change, [from], waiting)))
    throw new BankError('STATE_CONFLICT', field);
  return effective_at;
}

/** The events of a change that its messages tell. */
const EVENTS: Readonly<Record<ChangeMessageKind, string>> = {
  changeWaits: 'waits',
  recoveryAsked: 'asked',
  changeCancelled: 'cancelled',
};

/**
 * Sends a message to the present telephone before the state changes. A change may be announced and not happen, but none happens
 * unannounced. A repeated call sends the same message, unless it was sent.
 */
export async function tellOwner(
  context: CallContext,
  change: Change,
  kind: ChangeMessageKind,
  waitSeconds?: number,
): Promise<void> {
  const { customer_id, change_id } = change;
  const owner = await requireCustomer(context, customer_id);
  if (owner.phone !== null) context.caller.spend('codes');
  const now = context.clock();
  const message = {
    message_id: changeMessageId(change_id, EVENTS[kind]),
    customer_id,
    kind,
    change_id,
    wait_seconds: waitSeconds ?? null,
    happened_at: now,
    expires_at: expiryOf(now),
  };
  await context.db.transaction().execute((db) => storeForCaller(db, context, message));
  await sendStored(context, owner, message);
}

export const toChangeRecord = (row: Change): ChangeRecord => ({
  changeId: row.change_id,
  kind: row.kind,
  changes: [
    ...(row.phone === null ? [] : ['phone' as const]),
    ...(row.password_hash === null ? [] : ['password' as const]),
  ],
  state: row.state,
  askedAt: toInstant(row.asked_at),
  effectiveAt: row.effective_at === null ? null : toInstant(row.effective_at),
});
