// SPDX-License-Identifier: Apache-2.0
// The rules of a payment without a network, each one once. Device, terminal and ledger each use the rules that concern them,
// in their own order and with their own refusals.
import type { Currency } from '../base/money.js';
import type { ReserveRow } from '../ledger/offline-rows.js';
import type { Allowance } from './allowance.js';
import type { PaymentRequest, Voucher } from './objects.js';

/** A voucher and the request that it answers. */
export interface Payment {
  readonly voucher: Voucher;
  readonly request: PaymentRequest;
}

/**
 * Whether the sum before this voucher is possible. Every voucher spends at least one minor unit: before counter k at least k
 * − 1, and before the first nothing.
 */
function beginsPossibly({ voucher, request }: Payment): boolean {
  const before = voucher.cumulative - request.amount;
  return voucher.counter === 1 ? before === 0n : before >= BigInt(voucher.counter - 1);
}

/** @returns whether the payment can answer this request. @param hash of the request's payload */
export const answersRequest = (payment: Payment, hash: Buffer): boolean =>
  hash.equals(payment.voucher.requestHash) && beginsPossibly(payment);

/** @returns whether the voucher's time is before its request by more than the tolerance of clocks. */
export const isBeforeRequest = (
  at: number,
  { createdAt }: Pick<PaymentRequest, 'createdAt'>,
  tolerance: number,
): boolean => createdAt - at > tolerance;

/** @param backing the certificate or the reserve that provides the money */
export const isOtherCurrency = (
  { request }: Pick<Payment, 'request'>,
  backing: { readonly currency: Currency },
): boolean => request.currency !== backing.currency;

/** Whether the time to spend has passed. The last second of every period still counts. */
export const isSpendingOver = (
  at: number,
  { spendUntil }: Pick<Allowance, 'spendUntil'>,
): boolean => at > spendUntil;

export const isRequestOver = (at: number, { expiresAt }: PaymentRequest): boolean => at > expiresAt;

export const isClaimingOver = (
  at: number,
  { claimUntil }: Pick<Allowance, 'claimUntil'>,
): boolean => at > claimUntil;

export const isOverPaymentCap = (
  { request }: Pick<Payment, 'request'>,
  { perPayment }: Pick<Allowance, 'perPayment'>,
): boolean => request.amount > perPayment;

export const isOverTotal = ({ voucher }: Payment, { total }: Allowance): boolean =>
  voucher.cumulative > total;

export const isOverCount = ({ voucher }: Payment, { highestCounter }: Allowance): boolean =>
  voucher.counter > highestCounter;

/** Whether the request knew that the device was reported, or was made when every usable bulletin said so. */
export const wasAnnounced = (
  { request }: Payment,
  { reported }: Pick<ReserveRow, 'reported'>,
): boolean =>
  reported !== null &&
  (request.bulletinNumber >= reported.number || request.createdAt > reported.staleAt);

/**
 * Whether the payment is dated in the future by more than the tolerance of clocks. Then nobody can say what was known at its
 * time.
 */
export const isAhead = (
  { voucher, request }: Payment,
  { now, clockToleranceSeconds }: { readonly now: number; readonly clockToleranceSeconds: number },
): boolean => Math.max(voucher.time, request.createdAt) > now + clockToleranceSeconds;

/** Whether the voucher was too late, by its own time. */
export const isExpired = (
  { voucher, request }: Payment,
  allowance: Pick<Allowance, 'spendUntil'>,
): boolean => isSpendingOver(voucher.time, allowance) || isRequestOver(voucher.time, request);

/** Whether the device was never allowed to spend that much or that often. */
export const isOverAllowance = (payment: Payment, allowance: Allowance): boolean =>
  isOverCount(payment, allowance) ||
  isOverPaymentCap(payment, allowance) ||
  isOverTotal(payment, allowance);
