// SPDX-License-Identifier: Apache-2.0
// What stepwise placing and the merchant's express leg do alike: the customer's signature, its login, its limits, the hold.
import {
  addAmounts,
  ensure,
  ensureTermsAddUp,
  holds,
  isAtLeast,
  limitsIn,
  releaseFor,
  share,
  signedText,
  subtractAmounts,
  termsDigest,
  verifyEs256,
  type AccountRow,
  type Amount,
  type Hold,
  type LoginRow,
  type MerchantRow,
  type OrderTerms,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { standardsOf } from './judging.js';
import { loginRow, policyRow } from './rows.js';

/** @throws {DomainError} SIGNATURE_INVALID, INPUT_INVALID or LOGIN_NOT_AUTHENTICATED, LOGIN_EXPIRED. */
export async function ensureSigned(
  call: Call,
  terms: OrderTerms,
  signature: string,
): Promise<LoginRow> {
  ensureTermsAddUp(terms);
  ensure(terms.channel === call.channel, 'INPUT_INVALID', { field: 'terms.channel' });
  const login = await authenticatedLogin(call, terms);
  ensure(verifyEs256(login.devicePublicKey, signedText(terms), signature), 'SIGNATURE_INVALID', {
    deviceId: login.deviceId,
  });
  return login;
}

/** The login of the customer that picks or pays. */
export async function authenticatedLogin(
  call: Call,
  order: { readonly loginId: string; readonly customerId: string },
): Promise<LoginRow> {
  const login = await loginRow(call, order.loginId);
  ensure(login.customerId === order.customerId, 'LOGIN_NOT_AUTHENTICATED', {
    loginId: order.loginId,
  });
  ensure(login.state === 'authenticated', 'LOGIN_NOT_AUTHENTICATED', { state: login.state });
  ensure(call.now < login.expiresAt, 'LOGIN_EXPIRED', { expiresAt: login.expiresAt });
  return login;
}

/** Above the step-up limit both factors must be bound to exactly this order (PSD2 RTS Art. 5, dynamic linking). */
async function ensureSteppedUp(call: Call, terms: OrderTerms, limit: Amount): Promise<void> {
  if (isAtLeast(limit, terms.total)) return;
  const digest = termsDigest(terms);
  const sms = await call.store.get('factor', terms.loginId, digest, 'sms');
  const password = await call.store.get('factor', terms.loginId, digest, 'password');
  ensure(sms !== undefined && password !== undefined, 'STEP_UP_REQUIRED', {
    limit,
    total: terms.total,
  });
}

/** Unit 7's limits, the step-up rule, and the longest time that money may be held. */
async function ensureAllowed(call: Call, terms: OrderTerms, login: LoginRow): Promise<void> {
  const policy = await policyRow(call);
  const { perOrder, stepUp } = limitsIn(policy, terms.currency);
  const limit = share(perOrder, login.limits.percent);
  ensure(isAtLeast(limit, terms.total), 'LIMIT_EXCEEDED', { limit, total: terms.total });
  ensure(terms.holdSeconds <= policy.holdSeconds, 'INPUT_INVALID', {
    field: 'terms.holdSeconds',
    most: policy.holdSeconds,
  });
  await ensureSteppedUp(call, terms, stepUp);
}

async function accountRow(call: Call, customerId: string, currency: string): Promise<AccountRow> {
  const account = await call.store.get('account', customerId, currency);
  return account ?? { customerId, currency, available: '0' };
}

/** Puts money into a customer's account. */
export async function credit(
  call: Call,
  customerId: string,
  currency: string,
  amount: Amount,
): Promise<void> {
  const account = await accountRow(call, customerId, currency);
  call.store.put('account', { ...account, available: addAmounts(account.available, amount) });
}

/** Takes money out of a customer's account. @throws {DomainError} INSUFFICIENT_FUNDS. */
export async function debit(
  call: Call,
  customerId: string,
  currency: string,
  amount: Amount,
): Promise<void> {
  const account = await accountRow(call, customerId, currency);
  ensure(isAtLeast(account.available, amount), 'INSUFFICIENT_FUNDS', { currency });
  const available = subtractAmounts(account.available, amount);
  call.store.put('account', { ...account, available });
}

/**
 * Moves the order's total from the account into a hold. A customer or a merchant of bad standing is released at delivery.
 * @throws {DomainError} CURRENCY_NOT_ALLOWED, LIMIT_EXCEEDED, STEP_UP_REQUIRED or INSUFFICIENT_FUNDS.
 */
export async function placeHold(
  call: Call,
  terms: OrderTerms,
  login: LoginRow,
  merchant: MerchantRow,
): Promise<Hold> {
  await ensureAllowed(call, terms, login);
  await debit(call, terms.customerId, terms.currency, terms.total);
  const release = releaseFor(login.limits.release, merchant, await standardsOf(call));
  return holds.openHold(terms, release, call.now);
}
