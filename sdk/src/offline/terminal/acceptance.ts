// SPDX-License-Identifier: Apache-2.0
// Whether a terminal accepts what a device handed over, and what it keeps of it.
import {
  acceptVoucher,
  bytesToText,
  coseDigest,
  decodeDeviceCertificate,
  decodePresented,
  DomainError,
  ensure,
  parseCose,
  toAmount,
  type AcceptedVoucher,
  type CounterEntry,
  type DeviceCertificate,
  type ErrorCode,
  type ErrorDetails,
  type Presented,
} from '@fabric-offline-pay/domain';
import { ordinal } from '../device/records.js';
import type { Store } from '../store/store.js';
import { bulletinOf, trustedIssuers } from './trust.js';
import { seen, type AcceptedPayment, type RequestRecord } from './records.js';

/** The payment is not accepted: what for, and what to do. */
export interface Rejection {
  readonly accepted: false;
  readonly code: ErrorCode;
  /** Stable number of the code, see `docs/errors.md`. */
  readonly number: number;
  readonly message: string;
  readonly remedy: string;
  readonly details: ErrorDetails;
}

/** The payment is accepted and kept: the goods may go. */
export interface Accepted {
  readonly accepted: true;
  /** The terminal had accepted this voucher before. */
  readonly repeated: boolean;
  readonly payment: AcceptedPayment;
}

export type Acceptance = Accepted | Rejection;

export const rejection = (error: DomainError): Rejection => {
  const { code, number, message, remedy, details } = error;
  return { accepted: false, code, number, message, remedy, details };
};

/** What a device handed over, read but not believed yet. */
export interface Handed extends Presented {
  readonly certificateContent: DeviceCertificate;
  /** Base64url. */
  readonly voucherDigest: string;
}

/** @throws {DomainError} OFFLINE_MALFORMED */
export function readHanded(bytes: Uint8Array): Handed {
  const presented = decodePresented(bytes);
  const { payload } = parseCose('offpay/device-certificate', presented.certificate);
  return {
    ...presented,
    certificateContent: decodeDeviceCertificate(payload),
    voucherDigest: bytesToText(coseDigest(parseCose('offpay/voucher', presented.voucher))),
  };
}

/** @returns what the terminal accepted of this device and epoch, rising by counter. */
export const seenOf = async (
  store: Store,
  { customerId, deviceId, epoch }: DeviceCertificate,
): Promise<readonly CounterEntry[]> =>
  (await seen.get(store, customerId, deviceId, ordinal(epoch))) ?? [];

/** @throws {DomainError} what `acceptVoucher` refuses; OFFLINE_BULLETIN_MISSING without a bulletin of the payer's bank. */
export async function judge(
  store: Store,
  channel: string,
  request: RequestRecord,
  handed: Handed,
  now: number,
): Promise<AcceptedVoucher> {
  const { bankId } = handed.certificateContent;
  const bulletin = await bulletinOf(store, bankId);
  ensure(bulletin !== undefined, 'OFFLINE_BULLETIN_MISSING', { bankId });
  const view = { channel, issuers: await trustedIssuers(store), bulletin, now };
  const remembered = await seenOf(store, handed.certificateContent);
  return acceptVoucher(view, Buffer.from(request.payload, 'base64'), handed, remembered);
}

export function paymentOf(
  { request, certificate, voucher }: AcceptedVoucher,
  handed: Handed,
  { payload: requestPayload, termsDigest }: RequestRecord,
  now: number,
): AcceptedPayment {
  const { bankId, customerId, deviceId, epoch, claimUntil } = certificate;
  return {
    ...{ bankId, customerId, deviceId, epoch, claimUntil, requestPayload, termsDigest },
    orderNumber: request.orderNumber,
    amount: toAmount(request.amount),
    currency: request.currency,
    counter: voucher.counter,
    acceptedAt: now,
    status: 'waiting',
    verdict: null,
    attempts: 0,
    voucherDigest: handed.voucherDigest,
    voucher: Buffer.from(handed.voucher).toString('base64'),
    certificate: Buffer.from(handed.certificate).toString('base64'),
  };
}
