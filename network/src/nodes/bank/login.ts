// SPDX-License-Identifier: Apache-2.0
// A login from its opening to the join of its factors (units 2, 3, 4 and 7).
import { BankError, refusalCode } from './bank-error.js';
import type { BankContext } from './context.js';
import type { LoginTable } from './database/schema.js';
import { ensureBothPassed, passedFactors, type Attestations } from './factors/attestations.js';
import { sendCode } from './factors/send-code.js';
import type { Parsed } from './inputs.js';
import { loginText } from './messages/texts.js';
import type { Authenticated, CodeSent, LoginLimits, Missing } from './operations.js';
import { requireCustomer, stateProfile } from './records/customers.js';
import { ensureState, moveLogin, requireLogin, storeLogin } from './records/logins.js';
import { missingFields } from './records/profile.js';

export async function openLogin(
  context: BankContext,
  input: Parsed<'openLogin'>,
): Promise<Missing> {
  const { customerId, loginId } = input;
  const customer = await requireCustomer(context, customerId);
  const deviceId = input.deviceId ?? customer.default_device;
  if (deviceId === null) throw new BankError('INPUT_INVALID', 'deviceId');
  const key = { login_id: loginId, customer_id: customerId, device_id: deviceId };
  const login = await storeLogin(context, key);
  if (login.state !== 'opened') return { missing: [] };
  await stateProfile(context, customerId);
  await context.ledger.verifyIdentity({ loginId, customerId, deviceId });
  const { result } = await context.ledger.openLogin({ loginId });
  return { missing: result.missing };
}

async function begin(context: BankContext, { login_id, customer_id }: LoginTable): Promise<void> {
  const missing = await missingFields(context.db, customer_id);
  if (missing.length > 0) throw new BankError('PROFILE_INCOMPLETE', missing.join());
  await context.ledger.beginAuthentication({ loginId: login_id });
  await moveLogin(context.db, login_id, 'opened', { state: 'authenticating' });
}

export async function beginAuthentication(
  context: BankContext,
  { loginId, resend = false }: Parsed<'beginAuthentication'>,
): Promise<CodeSent> {
  const login = await requireLogin(context.db, loginId);
  ensureState(login, 'opened', 'authenticating');
  if (login.state === 'opened') await begin(context, login);
  const customerId = login.customer_id;
  return sendCode(context, { customerId, loginId, boundTo: 'login', resend, text: loginText });
}

/** From here on no factor is taken any more, so that the verdict stays what it is, also over a crash. */
async function judge(context: BankContext, loginId: string): Promise<LoginTable> {
  return context.db.transaction().execute(async (db) => {
    const passed = await passedFactors({ db }, loginId, 'login');
    const both = passed.length === 2;
    const change = both
      ? { state: 'completing' as const }
      : { state: 'failing' as const, failure: 'AUTHENTICATION_FAILED' };
    await moveLogin(db, loginId, 'authenticating', change);
    return requireLogin(db, loginId);
  });
}

/** Refusals that no repetition turns: the time for the factors, or for the login, is over. */
const isOver = (error: unknown): boolean =>
  ['AUTHENTICATION_EXPIRED', 'LOGIN_EXPIRED'].includes(refusalCode(error) ?? '');

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

async function fail({ db, ledger, clock }: BankContext, loginId: string): Promise<void> {
  await ledger.failAuthentication({ loginId });
  await moveLogin(db, loginId, 'failing', { state: 'failed', ended_at: clock() });
}

const failureOf = ({ failure }: LoginTable): BankError =>
  new BankError(
    failure === 'AUTHENTICATION_EXPIRED' || failure === 'LOGIN_EXPIRED'
      ? failure
      : 'AUTHENTICATION_FAILED',
  );

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
    await fail(context, loginId);
    throw error;
  }
}

/** Whatever a crash left half done is done now: the row says how far the login came. */
export async function completeLogin(
  context: BankContext,
  attestations: Attestations,
  loginId: string,
): Promise<Authenticated> {
  ensureState(
    await requireLogin(context.db, loginId),
    'authenticating',
    'completing',
    'authenticated',
    'failing',
    'failed',
  );
  const login = await judge(context, loginId);
  if (login.limits !== null)
    return { authenticated: true, limits: JSON.parse(login.limits) as LoginLimits };
  if (login.state === 'completing') return complete(context, attestations, loginId);
  if (login.state === 'failing') await fail(context, loginId);
  throw failureOf(login);
}

/** The join for one order: no transaction of its own, since the order's own transaction reads both attestations. */
export async function completeStepUp(
  context: BankContext,
  attestations: Attestations,
  { loginId, boundTo }: Parsed<'complete'>,
): Promise<Authenticated> {
  ensureState(await requireLogin(context.db, loginId), 'authenticated');
  ensureBothPassed(await passedFactors(context, loginId, boundTo));
  await attestations.settle(loginId, boundTo);
  return { authenticated: true };
}
