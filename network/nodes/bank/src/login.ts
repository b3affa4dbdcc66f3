// SPDX-License-Identifier: Apache-2.0
// A login, from opening it to joining its factors (units 2, 3, 4 and 7).
import { refusalCode } from '@fabric-offline-pay/node-common/client';
import { BankError, isBankErrorCode } from './bank-error.js';
import type { BankContext, CallContext } from './context.js';
import type { LoginTable } from './database/schema.js';
import {
  bothPassed,
  ensureBothPassed,
  isOver,
  passedFactors,
  type Attestations,
} from './factors/attestations.js';
import { sendCode } from './factors/send-code.js';
import type { Parsed } from './inputs.js';
import { textOf } from './messages/texts.js';
import type { Authenticated, CodeSent, LoginLimits, LoginState, Missing } from './operations.js';
import { stateProfile } from './records/change-profile.js';
import { lockCustomer } from './records/customers.js';
import { moveLogin, requireLogin, storeLogin } from './records/logins.js';
import { missingFields } from './records/profile.js';

/**
 * Refusals that the caller must not learn yet, because they reveal who is a customer, and their status at the bank. A login with one of
 * them continues in vain with the usual answers, and fails at the end. A caller who passes both factors learns the reason.
 */
const HIDDEN = ['CUSTOMER_UNKNOWN', 'CUSTOMER_BLOCKED', 'DEVICE_UNKNOWN', 'NOT_OWNER'];

const hiddenCode = (error: unknown): string | undefined =>
  HIDDEN.find((code) => code === refusalCode(error));

/** The device id of a customer who has no device. No device on the ledger has this name. */
const NO_DEVICE = 'none';

type LoginKey = Pick<LoginTable, 'login_id' | 'customer_id' | 'device_id'>;

async function readLoginKey(context: BankContext, input: Parsed<'openLogin'>) {
  const { customerId, loginId } = input;
  const { db } = context;
  const customer = await db
    .transaction()
    .execute((transaction) => lockCustomer(transaction, customerId, context));
  const device_id = input.deviceId ?? customer?.default_device ?? NO_DEVICE;
  const key: LoginKey = { login_id: loginId, customer_id: customerId, device_id };
  return { key, failure: customer === undefined ? 'CUSTOMER_UNKNOWN' : null };
}

/** Runs units 2 and 3 on the ledger. */
async function verify({ pace, ...context }: BankContext, key: LoginKey): Promise<Missing> {
  const { login_id: loginId, customer_id: customerId, device_id: deviceId } = key;
  return pace.real('open', async () => {
    await stateProfile({ pace, ...context }, customerId);
    await context.ledger.verifyIdentity({ loginId, customerId, deviceId });
    const { result } = await context.ledger.openLogin({ loginId });
    return { missing: result.missing };
  });
}

export async function openLogin(
  context: BankContext,
  input: Parsed<'openLogin'>,
): Promise<Missing> {
  const { db, pace } = context;
  const began = pace.now();
  const { key, failure } = await readLoginKey(context, input);
  const login = await storeLogin(context, key, failure);
  if (login.state !== 'opened') return { missing: [] };
  try {
    if (login.failure === null) return await verify(context, key);
  } catch (error) {
    const hidden = hiddenCode(error);
    if (hidden === undefined) throw error;
    await moveLogin(db, key.login_id, 'opened', { state: 'opened', failure: hidden });
  }
  await pace.pretend('open', began);
  return { missing: [] };
}

async function beginFactorPhase(context: BankContext, login: LoginTable): Promise<void> {
  const { login_id: loginId, customer_id, failure } = login;
  const { db, ledger, pace } = context;
  if (failure === null) {
    const missing = await missingFields(db, customer_id);
    if (missing.length > 0) throw new BankError('PROFILE_INCOMPLETE', missing.join());
    await pace.real('begin', () => ledger.beginAuthentication({ loginId }));
  } else await pace.pretend('begin');
  await moveLogin(db, loginId, 'opened', { state: 'authenticating' });
}

/** @returns the login, which accepts factors from now on. @throws {BankError} STATE_CONFLICT, PROFILE_INCOMPLETE. */
export async function beginFactors(context: BankContext, loginId: string): Promise<LoginTable> {
  const login = await requireLogin(context.db, loginId, 'opened', 'authenticating');
  if (login.state === 'opened') await beginFactorPhase(context, login);
  return login;
}

export async function beginAuthentication(
  context: CallContext,
  { loginId, resend = false }: Parsed<'beginAuthentication'>,
): Promise<CodeSent> {
  const login = await beginFactors(context, loginId);
  return sendCode(context, {
    customerId: login.customer_id,
    loginId,
    boundTo: 'login',
    resend,
    inVain: login.failure !== null,
    kind: 'loginCode',
    text: (language, facts) => textOf('loginCode', language, facts),
  });
}

/** The result of joining a login's factors. */
function verdict(
  both: boolean,
  { failure }: LoginTable,
  now: number,
): Partial<LoginTable> & { readonly state: LoginState } {
  if (failure !== null)
    return { state: 'failed', failure: both ? failure : 'AUTHENTICATION_FAILED', ended_at: now };
  return both ? { state: 'completing' } : { state: 'failing', failure: 'AUTHENTICATION_FAILED' };
}

const JOINABLE = ['authenticating', 'completing', 'authenticated', 'failing', 'failed'] as const;

/**
 * From here on the login accepts no factor, so that its result cannot change, even after a crash.
 * @returns the login, and whether it was in vain and is decided now.
 */
const judge = ({ db, clock }: BankContext, loginId: string) =>
  db.transaction().execute(async (transaction) => {
    const before = await requireLogin(transaction, loginId, ...JOINABLE);
    const passed = await passedFactors({ db: transaction }, loginId, 'login');
    const change = verdict(bothPassed(passed), before, clock());
    await moveLogin(transaction, loginId, 'authenticating', change);
    const login = await requireLogin(transaction, loginId, ...JOINABLE);
    return { login, inVain: before.state === 'authenticating' && before.failure !== null };
  });

async function finish(
  { db, ledger, clock }: BankContext,
  attestations: Attestations,
  loginId: string,
): Promise<LoginLimits> {
  await attestations.settle(loginId, 'login');
  await ledger.completeAuthentication({ loginId });
  const { limits } = (await ledger.assessReputation({ loginId })).result;
  const change = {
    state: 'authenticated',
    limits: JSON.stringify(limits),
    ended_at: clock(),
  } as const;
  await moveLogin(db, loginId, 'completing', change);
  return limits;
}

async function fail(
  { db, ledger, clock, pace }: BankContext,
  attestations: Attestations,
  loginId: string,
): Promise<void> {
  await attestations.settleFailing(loginId);
  await pace.real('fail', () => ledger.failAuthentication({ loginId }));
  await moveLogin(db, loginId, 'failing', { state: 'failed', ended_at: clock() });
}

async function failInVain(
  { pace }: BankContext,
  attestations: Attestations,
  loginId: string,
): Promise<void> {
  await attestations.pretended(loginId);
  await pace.pretend('fail');
}

const loginFailure = ({ failure }: LoginTable): BankError =>
  new BankError(isBankErrorCode(failure) ? failure : 'AUTHENTICATION_FAILED');

async function complete(
  context: BankContext,
  attestations: Attestations,
  loginId: string,
): Promise<Authenticated> {
  try {
    return { authenticated: true, limits: await finish(context, attestations, loginId) };
  } catch (error) {
    if (!isOver(error)) throw error;
    await moveLogin(context.db, loginId, 'completing', {
      state: 'failing',
      failure: refusalCode(error) ?? null,
    });
    await fail(context, attestations, loginId);
    throw error;
  }
}

/** Completes what a crash left half done. The row says how far the login came. */
export async function completeLogin(
  context: BankContext,
  attestations: Attestations,
  loginId: string,
): Promise<Authenticated> {
  const { login, inVain } = await judge(context, loginId);
  if (inVain) await failInVain(context, attestations, loginId);
  if (login.limits !== null)
    return { authenticated: true, limits: JSON.parse(login.limits) as LoginLimits };
  if (login.state === 'completing') return complete(context, attestations, loginId);
  if (login.state === 'failing') await fail(context, attestations, loginId);
  throw loginFailure(login);
}

/** Joins the factors for one order in a session. It needs no transaction, because the order's transaction reads both attestations. */
export async function completeStepUp(
  context: BankContext,
  attestations: Attestations,
  { loginId, boundTo }: Parsed<'complete'>,
): Promise<Authenticated> {
  ensureBothPassed(await passedFactors(context, loginId, boundTo));
  await attestations.settle(loginId, boundTo);
  return { authenticated: true };
}
