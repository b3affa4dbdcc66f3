// SPDX-License-Identifier: Apache-2.0
// Identity on the ledger: the registry, customers, devices, logins, factors, reputation (units 2 to 7).
import {
  accounts,
  ensure,
  found,
  limitsFor,
  HISTORY_OF,
  OFFLINE_LOGIN,
  shortKeyOf,
  type ParsedInputOf as InputOf,
  type CustomerRow,
  type Limits,
  type LoginRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { contractOf } from '../ledger/contract.js';
import { accountRow, putAccount } from '../shared/accounts.js';
import { activeDevice } from '../shared/devices.js';
import { putPenalty } from '../shared/history.js';
import { policyRow, registryRow } from '../shared/rows.js';
import { standingOf } from '../shared/standing.js';
import { foldHistory } from './fold-history.js';
import { bootstrap, vote, withdrawVote } from './governing.js';

type LoginInput = { readonly loginId: string };

const loginRow = async (call: Call<LoginInput>): Promise<LoginRow> =>
  found(await call.store.get('login', call.input.loginId), 'NOT_FOUND', { row: 'login' });

const putLogin = (call: Call, login: LoginRow): void => call.store.put('login', login);

/** @throws {DomainError} LOGIN_EXPIRED or AUTHENTICATION_EXPIRED. */
function ensureLoginInTime(login: LoginRow, now: number): void {
  ensure(now < login.expiresAt, 'LOGIN_EXPIRED', { expiresAt: login.expiresAt });
  ensure(login.state !== 'authenticating' || now <= login.factorsUntil, 'AUTHENTICATION_EXPIRED', {
    factorsUntil: login.factorsUntil,
  });
}

const ensureState = (login: LoginRow, ...states: LoginRow['state'][]): void =>
  ensure(states.includes(login.state), 'STATE_CONFLICT', { state: login.state, expected: states });

const customerRow = async (call: Call, customerId: string): Promise<CustomerRow> =>
  found(await call.store.get('customer', customerId), 'CUSTOMER_UNKNOWN');

async function enrolCustomer(call: Call<InputOf<'identity', 'enrolCustomer'>>) {
  const { customerId, bankId, missing } = call.input;
  const existing = await call.store.get('customer', customerId);
  ensure(existing === undefined, 'IDEMPOTENCY_CONFLICT', { customerId });
  const customer = { customerId, bankId, status: 'active' as const, blocks: 0, missing };
  call.store.put('customer', customer);
  call.store.put('account', accounts.newAccount(customer));
  return {};
}

/**
 * Writes the account only when the status changes, because the customer's orders write it too. To change only the profile,
 * leave the status out. An old status in the input could undo a block that came in the meantime.
 */
async function updateProfile(call: Call<InputOf<'identity', 'updateProfile'>>) {
  const { customerId, missing } = call.input;
  const before = await customerRow(call, customerId);
  const status = call.input.status ?? before.status;
  const blocks = before.blocks + (before.status === 'active' && status === 'blocked' ? 1 : 0);
  call.store.put('customer', { ...before, missing, status, blocks });
  if (status !== before.status)
    putAccount(call, accounts.withStatus(await accountRow(call, customerId), { status, blocks }));
  return {};
}

async function registerDevice(call: Call<InputOf<'identity', 'registerDevice'>>) {
  const { customerId, deviceId, publicKey } = call.input;
  const { bankId } = await customerRow(call, customerId);
  call.store.put('device', { customerId, deviceId, bankId, publicKey, status: 'active' });
  return {};
}

async function revokeDevice(call: Call<InputOf<'identity', 'revokeDevice'>>) {
  const { customerId, deviceId } = call.input;
  const device = found(await call.store.get('device', customerId, deviceId), 'DEVICE_UNKNOWN');
  call.store.put('device', { ...device, status: 'revoked' });
  putAccount(call, accounts.endSessionsOf(await accountRow(call, customerId), deviceId));
  return {};
}

/** Unit 2. The access check verifies the participant, and the peer verifies its certificate. */
async function verifyIdentity(call: Call<InputOf<'identity', 'verifyIdentity'>>) {
  const { loginId, customerId, deviceId } = call.input;
  ensure(loginId !== OFFLINE_LOGIN, 'INPUT_INVALID', { field: 'loginId' });
  const customer = await customerRow(call, customerId);
  ensure(customer.status === 'active', 'CUSTOMER_BLOCKED', { customerId });
  await activeDevice(call, { customerId, deviceId });
  const policy = await policyRow(call);
  putLogin(call, {
    loginId,
    customerId,
    bankId: customer.bankId,
    deviceId,
    blocks: customer.blocks,
    state: 'verified',
    missing: customer.missing,
    openedAt: call.now,
    expiresAt: call.now + policy.loginSeconds,
    factorsUntil: 0,
  });
  return {};
}

/** Unit 3. It may be called again while fields are missing, because the customer may have completed its profile. */
async function openLogin(call: Call<LoginInput>) {
  const login = await loginRow(call);
  if (login.state !== 'verified' && login.missing.length === 0) return { missing: [] };
  ensureState(login, 'verified', 'open');
  ensureLoginInTime(login, call.now);
  const { missing } = await customerRow(call, login.customerId);
  putLogin(call, { ...login, state: 'open', missing });
  return { missing };
}

/** Unit 4 begins. */
async function beginAuthentication(call: Call<LoginInput>) {
  const login = await loginRow(call);
  ensureState(login, 'open');
  ensureLoginInTime(login, call.now);
  ensure(login.missing.length === 0, 'PROFILE_INCOMPLETE', { missing: login.missing });
  const { authenticationSeconds } = await policyRow(call);
  const factorsUntil = call.now + authenticationSeconds;
  putLogin(call, { ...login, state: 'authenticating', factorsUntil });
  return {};
}

/** Units 5 and 6. Each writes its own row and only reads the login, so that neither waits for the other. */
const attest =
  (factor: 'sms' | 'password') => async (call: Call<InputOf<'identity', 'attestSms'>>) => {
    const { loginId, boundTo, nonce } = call.input;
    const login = await loginRow(call);
    ensureState(login, boundTo === 'login' ? 'authenticating' : 'authenticated');
    ensureLoginInTime(login, call.now);
    call.store.put('factor', { loginId, factor, boundTo, nonce, at: call.now });
    return {};
  };

/** Unit 4 joins both factors. Their order does not matter. */
async function completeAuthentication(call: Call<LoginInput>) {
  const login = await loginRow(call);
  ensureState(login, 'authenticating');
  ensureLoginInTime(login, call.now);
  const sms = await call.store.get('factor', login.loginId, 'login', 'sms');
  const password = await call.store.get('factor', login.loginId, 'login', 'password');
  ensure(sms !== undefined && password !== undefined, 'AUTHENTICATION_FAILED');
  putLogin(call, { ...login, state: 'authenticated' });
  return {};
}

async function failAuthentication(call: Call<LoginInput>) {
  const login = await loginRow(call);
  ensureState(login, 'authenticating');
  putLogin(call, { ...login, state: 'failed' });
  const subject = HISTORY_OF.login(login.loginId);
  putPenalty(call, login.customerId, subject, 'failedAuthentication');
  return {};
}

/** Opens the session in which the login may pay, unless device, customer or time have ended the login in the meantime. */
async function beginSession(call: Call, login: LoginRow, limits: Limits): Promise<void> {
  const { loginId, customerId, deviceId, expiresAt, blocks } = login;
  ensure(call.now < expiresAt, 'LOGIN_EXPIRED', { expiresAt });
  const account = await accountRow(call, customerId);
  ensure(account.status === 'active', 'CUSTOMER_BLOCKED', { customerId });
  ensure(account.blocks === blocks, 'LOGIN_EXPIRED', { blocks });
  const { publicKey } = await activeDevice(call, login);
  const key = shortKeyOf(publicKey);
  const session = { loginId, deviceId, key, until: expiresAt, limits };
  putAccount(call, accounts.openSession(account, session));
}

/** Unit 7. */
async function assessReputation(call: Call<LoginInput>) {
  const login = await loginRow(call);
  ensureState(login, 'authenticated');
  const { score } = await foldHistory(call, login.customerId);
  const limits = limitsFor(score, (await policyRow(call)).reputation);
  await beginSession(call, login, limits);
  return { score, limits };
}

async function readLogin(call: Call<LoginInput>) {
  const { loginId, customerId, state, missing, expiresAt, factorsUntil } = await loginRow(call);
  const { sessions } = await accountRow(call, customerId);
  const session = sessions.find((entry) => entry.loginId === loginId);
  return {
    loginId,
    customerId,
    state,
    missing,
    expiresAt,
    factorsUntil,
    limits: session?.limits ?? null,
  };
}

async function readReputation(call: Call<InputOf<'identity', 'readReputation'>>) {
  const { customerId } = call.input;
  const { score, totals } = await standingOf(call, customerId);
  return { customerId, score, totals };
}

export const IdentityContract = contractOf('identity', {
  bootstrap,
  vote,
  withdrawVote,
  enrolCustomer,
  updateProfile,
  registerDevice,
  revokeDevice,
  verifyIdentity,
  openLogin,
  beginAuthentication,
  attestSms: attest('sms'),
  attestPassword: attest('password'),
  completeAuthentication,
  failAuthentication,
  assessReputation,
  readParticipants: async (call) => {
    const { participants } = await registryRow(call);
    return { participants };
  },
  readPolicy: policyRow,
  readCustomer: async (call) => {
    const { customerId, bankId, status, missing } = await customerRow(call, call.input.customerId);
    return { customerId, bankId, status, missing };
  },
  readLogin,
  readReputation,
});
