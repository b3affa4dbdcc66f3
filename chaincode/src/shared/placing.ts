// SPDX-License-Identifier: Apache-2.0
// What stepwise placing and the merchant's express leg share: the customer's signature, session and limits, and the hold.
// Money for a reserve shares a part of this.
import {
  accounts,
  ensure,
  ensureBankActive,
  ensureCarrierActive,
  ensureTermsAddUp,
  importShortKey,
  limitsIn,
  releaseFor,
  remembering,
  signedText,
  termsDigest,
  verifyText,
  type AccountRow,
  type MerchantRow,
  type OrderTerms,
  type ReleaseAt,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { accountRow, payerOf, putAccount, type Payer } from './accounts.js';
import { standardsOf } from './judging.js';
import { registryRow } from './rows.js';
import { readLimits } from './standing.js';

/** The most keys that the process remembers, because importing a key takes longer than verifying with it. */
const MOST_KEYS = 4096;

const sessionKeyOf = remembering(MOST_KEYS, importShortKey);

/**
 * @returns the payer who signed
 * @throws {DomainError} SIGNATURE_INVALID, INPUT_INVALID or what {@link payerOf} refuses.
 */
export async function ensureSigned(
  call: Call,
  terms: OrderTerms,
  signature: string,
): Promise<Payer> {
  ensureTermsAddUp(terms);
  ensure(terms.channel === call.channel, 'INPUT_INVALID', { field: 'terms.channel' });
  const payer = await payerOf(call, terms);
  const { key, deviceId } = payer.session;
  ensure(verifyText(sessionKeyOf(key), signedText(terms), signature), 'SIGNATURE_INVALID', {
    deviceId,
  });
  return payer;
}

type Payment = accounts.Payment;
type Allowance = accounts.Allowance;

/** The limits for a payment. The customer's bank must be active. @throws {DomainError} BANK_SUSPENDED or CURRENCY_NOT_ALLOWED. */
async function readAllowance(
  call: Call,
  { bankId }: AccountRow,
  { currency }: Payment,
  percent: number,
): Promise<Allowance> {
  const registry = await registryRow(call);
  ensureBankActive(registry, bankId);
  const { policy } = registry;
  return {
    limits: limitsIn(policy, currency),
    percent,
    window: { endsAt: call.now, seconds: policy.windowSeconds },
  };
}

/** Whether both factors are bound to exactly these terms. */
async function isSteppedUp(call: Call, terms: OrderTerms): Promise<boolean> {
  const digest = termsDigest(terms);
  const sms = await call.store.get('factor', terms.loginId, digest, 'sms');
  const password = await call.store.get('factor', terms.loginId, digest, 'password');
  return sms !== undefined && password !== undefined;
}

/** Takes the order's total from the account, within the limits over all orders of the customer. */
async function payForOrder(
  call: Call,
  terms: OrderTerms,
  { account, session }: Payer,
): Promise<void> {
  const payment = { currency: terms.currency, amount: terms.total };
  const allowance = await readAllowance(call, account, payment, session.limits.percent);
  const { limits, window } = allowance;
  accounts.ensureWithinOrder(payment, allowance);
  accounts.ensureWithinWindow(account, payment, allowance);
  const needed = accounts.needsStepUp(account, payment, allowance);
  ensure(!needed || (await isSteppedUp(call, terms)), 'STEP_UP_REQUIRED', {
    limit: limits.stepUp,
    since: accounts.sinceStepUp(account, payment.currency, window),
    total: payment.amount,
  });
  const paid = accounts.spend(account, payment, window);
  putAccount(call, accounts.noteStepUp(paid, payment, window, needed));
}

/**
 * Decides when the money of a hold is released: at delivery for a customer or a merchant with a bad standing.
 * @param own the release by the customer's standing alone
 * @throws {DomainError} PARTICIPANT_UNKNOWN when the logistics company was suspended since its quote, INPUT_INVALID when the
 * hold would last longer than the policy allows.
 */
export async function decideRelease(
  call: Call,
  terms: OrderTerms,
  own: ReleaseAt,
  merchant: MerchantRow,
): Promise<ReleaseAt> {
  const registry = await registryRow(call);
  ensureCarrierActive(registry, terms.logisticsId);
  const { holdSeconds: most } = registry.policy;
  ensure(terms.holdSeconds <= most, 'INPUT_INVALID', { field: 'terms.holdSeconds', most });
  return releaseFor(own, merchant, await standardsOf(call));
}

/**
 * Takes the order's total from the account, for the hold that the caller opens.
 * @returns when to release the hold
 * @throws {DomainError} BANK_SUSPENDED, CURRENCY_NOT_ALLOWED, LIMIT_EXCEEDED, STEP_UP_REQUIRED or INSUFFICIENT_FUNDS.
 */
export async function payForHold(
  call: Call,
  terms: OrderTerms,
  payer: Payer,
  merchant: MerchantRow,
): Promise<ReleaseAt> {
  const release = await decideRelease(call, terms, payer.session.limits.release, merchant);
  await payForOrder(call, terms, payer);
  return release;
}

/**
 * Takes money from the account for a reserve. It counts in the window like an order. It does not need or make a step-up,
 * because the policy's caps limit offline payments.
 * @throws {DomainError} BANK_SUSPENDED, CURRENCY_NOT_ALLOWED, LIMIT_EXCEEDED or INSUFFICIENT_FUNDS.
 */
export async function setAside(call: Call, customerId: string, payment: Payment): Promise<void> {
  const { percent } = await readLimits(call, customerId);
  const account = await accountRow(call, customerId);
  const allowance = await readAllowance(call, account, payment, percent);
  accounts.ensureWithinWindow(account, payment, allowance);
  putAccount(call, accounts.spend(account, payment, allowance.window));
}
