// SPDX-License-Identifier: Apache-2.0
// Rows of logins (units 3, 4 and 20) and the audit of their tries.
import { BankError } from '../bank-error.js';
import { toInstant } from '../clock.js';
import type { BankContext } from '../context.js';
import type { BankDatabase, LoginTable } from '../database/schema.js';
import type { Attempt, LoginRecord, LoginState } from '../operations.js';

/** @returns the login. @throws {BankError} NOT_FOUND. */
export async function requireLogin(db: BankDatabase, loginId: string): Promise<LoginTable> {
  const row = await db
    .selectFrom('logins')
    .selectAll()
    .where('login_id', '=', loginId)
    .executeTakeFirst();
  if (row === undefined) throw new BankError('NOT_FOUND', 'loginId');
  return row;
}

/** @throws {BankError} STATE_CONFLICT. */
export function ensureState(login: LoginTable, ...states: readonly LoginState[]): void {
  if (!states.includes(login.state)) throw new BankError('STATE_CONFLICT', 'loginId');
}

/** Moves a login on, unless another call moved it first. */
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

/** Stores a login once. @throws {BankError} IDEMPOTENCY_CONFLICT when it stands there for another customer or device. */
export async function storeLogin(
  { db, clock }: BankContext,
  key: Pick<LoginTable, 'login_id' | 'customer_id' | 'device_id'>,
): Promise<LoginTable> {
  await db
    .insertInto('logins')
    .values({ ...key, state: 'opened', opened_at: clock() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const login = await requireLogin(db, key.login_id);
  if (login.customer_id !== key.customer_id || login.device_id !== key.device_id)
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

export async function attempts({ db }: BankContext, loginId: string): Promise<Attempt[]> {
  await requireLogin(db, loginId);
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
