// SPDX-License-Identifier: Apache-2.0
// Rows of logins (units 3, 4 and 20) and the audit of their tries.
import { BankError } from '../bank-error.js';
import { toInstant } from '../clock.js';
import type { BankContext } from '../context.js';
import type { BankDatabase, LoginTable } from '../database/schema.js';
import type { Attempt, LoginRecord, LoginState } from '../operations.js';

const findLogin = (db: BankDatabase, loginId: string): Promise<LoginTable | undefined> =>
  db.selectFrom('logins').selectAll().where('login_id', '=', loginId).executeTakeFirst();

/** @returns the login, if it is in one of these states. @throws {BankError} STATE_CONFLICT, also when there is no such login. */
export async function requireLogin(
  db: BankDatabase,
  loginId: string,
  ...states: readonly LoginState[]
): Promise<LoginTable> {
  const login = await findLogin(db, loginId);
  if (login === undefined || !states.includes(login.state))
    throw new BankError('STATE_CONFLICT', 'loginId');
  return login;
}

/** What decides whether a login is a session. */
type SessionContext = Pick<BankContext, 'db' | 'clock' | 'limits'>;

/** Whether the customer passed both factors recently enough, and is still a customer. */
async function isSession(
  login: LoginTable,
  { db, clock, limits }: SessionContext,
): Promise<boolean> {
  if (login.state !== 'authenticated') return false;
  if (clock() >= (login.ended_at ?? 0) + limits.sessionSeconds * 1000) return false;
  return isCustomer(db, login.customer_id);
}

async function isCustomer(db: BankDatabase, customerId: string): Promise<boolean> {
  const row = await db
    .selectFrom('customers')
    .select('customer_id')
    .where('customer_id', '=', customerId)
    .where('erased_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * @returns the authenticated login, which gives access to the customer's data.
 * @throws {BankError} LOGIN_NOT_AUTHENTICATED, also when there is no such login.
 */
export async function requireSession(
  context: SessionContext,
  loginId: string,
): Promise<LoginTable> {
  const login = await findLogin(context.db, loginId);
  if (login === undefined || !(await isSession(login, context)))
    throw new BankError('LOGIN_NOT_AUTHENTICATED', 'loginId');
  return login;
}

export interface LoginAndSession {
  readonly login: LoginTable;
  readonly session: boolean;
}

/** @returns the login in any state, and whether it is a session. @throws {BankError} LOGIN_NOT_AUTHENTICATED when there is none. */
export async function loginAndSession(
  context: BankContext,
  loginId: string,
): Promise<LoginAndSession> {
  const login = await findLogin(context.db, loginId);
  if (login === undefined) throw new BankError('LOGIN_NOT_AUTHENTICATED', 'loginId');
  return { login, session: await isSession(login, context) };
}

/** Moves a login to its next state, unless another call moved it first. */
export const moveLogin = (
  db: BankDatabase,
  loginId: string,
  from: LoginState,
  change: Partial<LoginTable> & { readonly state: LoginState },
) =>
  db
    .updateTable('logins')
    .set(change)
    .where('login_id', '=', loginId)
    .where('state', '=', from)
    .execute();

type LoginKey = Pick<LoginTable, 'login_id' | 'customer_id' | 'device_id'>;

/**
 * Stores a login once.
 * @param failure the refusal that the login will end with, if already known.
 * @throws {BankError} IDEMPOTENCY_CONFLICT when the login belongs to another customer or device.
 */
export async function storeLogin(
  { db, clock }: BankContext,
  key: LoginKey,
  failure: string | null,
): Promise<LoginTable> {
  await db
    .insertInto('logins')
    .values({ ...key, state: 'opened', failure, filled: '', opened_at: clock() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const login = await findLogin(db, key.login_id);
  if (login?.customer_id !== key.customer_id || login.device_id !== key.device_id)
    throw new BankError('IDEMPOTENCY_CONFLICT', 'loginId');
  return login;
}

export async function listLogins({ db }: BankContext, customerId: string): Promise<LoginRecord[]> {
  const rows = await db
    .selectFrom('logins')
    .selectAll()
    .where('customer_id', '=', customerId)
    .orderBy('opened_at', 'desc')
    .orderBy('login_id')
    .execute();
  return rows.map((row) => ({
    loginId: row.login_id,
    deviceId: row.device_id,
    state: row.state,
    openedAt: toInstant(row.opened_at),
    endedAt: row.ended_at === null ? null : toInstant(row.ended_at),
  }));
}

/** @throws {BankError} NOT_FOUND. */
export async function listAttempts({ db }: BankContext, loginId: string): Promise<Attempt[]> {
  if ((await findLogin(db, loginId)) === undefined) throw new BankError('NOT_FOUND', 'loginId');
  const rows = await db
    .selectFrom('attempts')
    .select(['factor', 'bound_to', 'at', 'result'])
    .where('login_id', '=', loginId)
    .orderBy('seq')
    .execute();
  return rows.map(({ factor, bound_to, at, result }) => ({
    factor,
    boundTo: bound_to,
    at: toInstant(at),
    result,
  }));
}
