// SPDX-License-Identifier: Apache-2.0
// Decides which epoch a device pays from, and whether it may pay at all.
import {
  planVoucher,
  toAmount,
  toUnits,
  type PaymentRequest,
  type VoucherPlan,
} from '@fabric-offline-pay/domain';
import { OfflineError, RefusedError } from '../../errors.js';
import { withRefusedErrors } from '../with-refused-errors.js';
import type { Epoch } from './epochs.js';
import type { ReadRequest } from './read-request.js';
import type { PaymentRecord, ReceiptLine } from './records.js';

export interface PlannedPayment {
  readonly epoch: Epoch;
  readonly plan: VoucherPlan;
}

const answeredIn = (epochs: readonly Epoch[], { hash }: ReadRequest): Epoch | undefined =>
  epochs.find(({ state }) => Object.hasOwn(state.answers, hash));

function plannedIn(epoch: Epoch, { payload }: ReadRequest, now: number): PlannedPayment {
  const [{ held }] = epoch.certificates;
  return withRefusedErrors(() => ({ epoch, plan: planVoucher(epoch.state, held, payload, now) }));
}

function ensureOneOpen(ofCurrency: readonly Epoch[], open: readonly Epoch[]): void {
  const newest = ofCurrency.at(-1);
  if (newest !== undefined && open.length === 0)
    throw new OfflineError('EPOCH_SEALED', { epoch: newest.state.epoch });
}

/**
 * Plans the voucher from the oldest epoch that may pay, because its money would return first. A request that was answered
 * before is answered from the same epoch again, even if new epochs came since.
 * @throws {RefusedError} the refusal of the newest epoch in the request's currency
 * @throws {OfflineError} EPOCH_SEALED when the store was restored, and no new epoch came since
 */
export function planPayment(
  epochs: readonly Epoch[],
  request: ReadRequest,
  now: number,
): PlannedPayment {
  const answered = answeredIn(epochs, request);
  if (answered !== undefined) return plannedIn(answered, request, now);
  const { currency } = request.request;
  const ofCurrency = epochs.filter(
    ({ certificates: [newest] }) => newest.held.certificate.currency === currency,
  );
  const candidates = ofCurrency.filter(({ sealed }) => !sealed);
  ensureOneOpen(ofCurrency, candidates);
  let refusal = new RefusedError({
    code: 'OFFLINE_NOT_ALLOWED',
    message: 'The device has nothing reserved in this currency.',
    details: { currency },
  });
  for (const epoch of candidates) {
    try {
      return plannedIn(epoch, request, now);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/**
 * @param history all payments except those that their payee cancelled
 * @throws {OfflineError} ORDER_PAID_BEFORE: the merchant lost its request, or asks twice
 */
export function ensureNotPaid(
  history: readonly PaymentRecord[],
  { request, hash }: ReadRequest,
): void {
  const before = history.find(
    (payment) =>
      payment.merchantId === request.merchantId &&
      payment.orderNumber === request.orderNumber &&
      payment.requestHash !== hash,
  );
  if (before !== undefined)
    throw new OfflineError('ORDER_PAID_BEFORE', {
      merchantId: request.merchantId,
      orderNumber: request.orderNumber,
      time: before.time,
    });
}

/** @throws {OfflineError} RECEIPT_MISMATCH when there are lines and their sum is not the amount. */
export function ensureSum(lines: readonly ReceiptLine[], { amount }: PaymentRequest): void {
  if (lines.length === 0) return;
  const sum = lines.reduce(
    (total, { quantity, unitPrice }) => total + BigInt(quantity) * toUnits(unitPrice),
    0n,
  );
  if (sum !== amount)
    throw new OfflineError('RECEIPT_MISMATCH', { sum: toAmount(sum), amount: toAmount(amount) });
}
