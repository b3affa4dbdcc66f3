// SPDX-License-Identifier: Apache-2.0
// The device's side of a payment. It plans a voucher from the device's state. The caller must make the next state durable
// before it signs the payload. Otherwise a power failure makes an honest device spend twice.
import { DomainError, type ErrorCode } from '../base/errors.js';
import { toAmount, toUnits, type Amount } from '../base/money.js';
import { LEAST_CLOCK_TOLERANCE } from '../policy/policy.js';
import { bytesToText, textToBytes } from './digest-text.js';
import type { DeviceCertificate, PaymentRequest, Voucher } from './objects.js';
import { decodePaymentRequest, requestHash } from './payment-request.js';
import {
  isBeforeRequest,
  isOtherCurrency,
  isOverCount,
  isOverPaymentCap,
  isOverTotal,
  isRequestOver,
  isSpendingOver,
} from './payment-rules.js';
import type { HeldCertificate } from './verify-issued.js';
import { decodeVoucher, encodeVoucher, NO_VOUCHER, voucherDigest } from './voucher.js';

/** What a device remembers of one epoch. It is plain JSON, to store as it is. Bytes are base64url. */
export interface DeviceState {
  readonly customerId: string;
  readonly deviceId: string;
  readonly epoch: number;
  /** Counter of the last voucher. 0 before the first. */
  readonly counter: number;
  /** Digest of the last voucher. */
  readonly previous: string;
  /** Sum of all vouchers. */
  readonly cumulative: Amount;
  /** Request hash → payload of the voucher that answers it. */
  readonly answers: Readonly<Record<string, string>>;
}

/** A voucher to sign after `state` is durable. */
export interface VoucherPlan {
  readonly voucher: Voucher;
  /** The bytes to sign as `offpay/voucher`. */
  readonly payload: Buffer;
  readonly digest: Buffer;
  readonly state: DeviceState;
  /** Whether the request was answered before. Then the payload is the same as before and the state is unchanged. */
  readonly repeated: boolean;
}

/** @returns the state of a device that has not spent anything in this epoch. */
export const openDevice = ({
  customerId,
  deviceId,
  epoch,
}: Pick<DeviceCertificate, 'customerId' | 'deviceId' | 'epoch'>): DeviceState => ({
  customerId,
  deviceId,
  epoch,
  counter: 0,
  previous: bytesToText(NO_VOUCHER),
  cumulative: '0',
  answers: {},
});

interface Situation {
  readonly state: DeviceState;
  readonly certificate: DeviceCertificate;
  readonly request: PaymentRequest;
  /** The voucher that would answer the request now. */
  readonly voucher: Voucher;
}

/** Each refusal and its condition. The first one that applies counts. */
const REFUSALS: readonly (readonly [ErrorCode, (situation: Situation) => boolean])[] = [
  ['OFFLINE_CERTIFICATE_MISMATCH', ({ state, certificate }) => !isOf(state, certificate)],
  ['OFFLINE_WRONG_CHANNEL', ({ certificate, request }) => request.channel !== certificate.channel],
  ['OFFLINE_WRONG_CURRENCY', (situation) => isOtherCurrency(situation, situation.certificate)],
  [
    'OFFLINE_CLOCK_WRONG',
    ({ voucher, request }) => isBeforeRequest(voucher.time, request, LEAST_CLOCK_TOLERANCE),
  ],
  ['OFFLINE_REQUEST_EXPIRED', ({ voucher, request }) => isRequestOver(voucher.time, request)],
  [
    'OFFLINE_CERTIFICATE_EXPIRED',
    ({ voucher, certificate }) => isSpendingOver(voucher.time, certificate),
  ],
  ['OFFLINE_COUNTER_EXHAUSTED', (situation) => isOverCount(situation, situation.certificate)],
  ['OFFLINE_OVER_PAYMENT_CAP', (situation) => isOverPaymentCap(situation, situation.certificate)],
  ['OFFLINE_OVER_TOTAL_CAP', (situation) => isOverTotal(situation, situation.certificate)],
];

const isOf = (state: DeviceState, certificate: DeviceCertificate): boolean =>
  state.customerId === certificate.customerId &&
  state.deviceId === certificate.deviceId &&
  state.epoch === certificate.epoch;

function ensureAllowed(situation: Situation): void {
  const refusal = REFUSALS.find(([, applies]) => applies(situation));
  if (refusal !== undefined)
    throw new DomainError(refusal[0], { orderNumber: situation.request.orderNumber });
}

/**
 * Plans the voucher that answers a request. For the same request it plans the same payload again.
 * @param requestPayload the payload of the terminal's signed request
 * @param now by the device's clock
 * @throws {DomainError} OFFLINE_MALFORMED, OFFLINE_CERTIFICATE_MISMATCH, OFFLINE_WRONG_CHANNEL, OFFLINE_WRONG_CURRENCY,
 * OFFLINE_CLOCK_WRONG, OFFLINE_REQUEST_EXPIRED, OFFLINE_CERTIFICATE_EXPIRED, OFFLINE_COUNTER_EXHAUSTED,
 * OFFLINE_OVER_PAYMENT_CAP, OFFLINE_OVER_TOTAL_CAP
 */
export function planVoucher(
  state: DeviceState,
  { certificate, digest }: HeldCertificate,
  requestPayload: Uint8Array,
  now: number,
): VoucherPlan {
  const request = decodePaymentRequest(requestPayload);
  const hash = requestHash(requestPayload);
  const answer = state.answers[bytesToText(hash)];
  if (answer !== undefined) return planAgain(state, textToBytes(answer));
  const voucher: Voucher = {
    certificateDigest: digest,
    counter: state.counter + 1,
    previous: textToBytes(state.previous),
    cumulative: toUnits(state.cumulative) + request.amount,
    requestHash: hash,
    time: now,
  };
  ensureAllowed({ state, certificate, request, voucher });
  return planNext(state, voucher);
}

function planAgain(state: DeviceState, payload: Buffer): VoucherPlan {
  const digest = voucherDigest(payload);
  return { voucher: decodeVoucher(payload), payload, digest, state, repeated: true };
}

function planNext(state: DeviceState, voucher: Voucher): VoucherPlan {
  const payload = encodeVoucher(voucher);
  const digest = voucherDigest(payload);
  const next: DeviceState = {
    ...state,
    counter: voucher.counter,
    previous: bytesToText(digest),
    cumulative: toAmount(voucher.cumulative),
    answers: { ...state.answers, [bytesToText(voucher.requestHash)]: bytesToText(payload) },
  };
  return { voucher, payload, digest, state: next, repeated: false };
}
