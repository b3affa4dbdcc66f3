// SPDX-License-Identifier: Apache-2.0
// Reads an accepted voucher as its merchant reports it, and verifies it again: what counts is what device and bank signed, not what the
// merchant says of it.
import {
  answersRequest,
  bytesToText,
  decodePaymentRequest,
  DomainError,
  requestHash,
  verifyDeviceCertificate,
  verifyVoucher,
  type HeldCertificate,
  type TrustedIssuer,
} from '@fabric-offline-pay/domain';
import type { ReportedVoucher, ReportResult } from '@fabric-offline-pay/node-common/client';
import type { ReportedVoucherTable } from '../database/confirmation-tables.js';

/** What a report is read with. */
export interface VoucherReading {
  readonly channel: string;
  readonly merchantId: string;
  /** Of the ledger: every key that ever certified a device. */
  readonly issuers: readonly TrustedIssuer[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

type Read = ReportedVoucherTable | ReportResult;
type Proven = Extract<ReportedVoucher, { readonly voucher: string }>;
type Stated = Exclude<ReportedVoucher, Proven>;

const isProven = (voucher: ReportedVoucher): voucher is Proven => 'voucher' in voucher;

const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64');

/** @returns what one step gives, or why it is not believed */
function step<T>(read: () => T): T | 'malformed' | 'issuerUnknown' | 'forged' {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === 'OFFLINE_MALFORMED') return 'malformed';
    return error.details['trusted'] === false ? 'issuerUnknown' : 'forged';
  }
}

function readProven(
  { voucher, certificate, request, acceptedAt }: Proven,
  { channel, merchantId, issuers, now }: VoucherReading,
): Read {
  const [signed, certified, payload] = [voucher, certificate, request].map(bytesOf) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  const held = step<HeldCertificate>(() => verifyDeviceCertificate(certified, issuers));
  if (typeof held === 'string') return held;
  const read = step(() => ({
    ...verifyVoucher(held, signed),
    request: decodePaymentRequest(payload),
  }));
  if (typeof read === 'string') return read;
  if (!answersRequest(read, requestHash(payload))) return 'forged';
  if (read.request.channel !== channel || held.certificate.channel !== channel) return 'malformed';
  if (read.request.merchantId !== merchantId) return 'notYours';
  const { customerId, deviceId, epoch, claimUntil } = held.certificate;
  return {
    digest: bytesToText(read.voucherDigest),
    ...{ merchant_id: merchantId, order_number: read.request.orderNumber },
    ...{ customer_id: customerId, device_id: deviceId, epoch, counter: read.voucher.counter },
    ...{ currency: read.request.currency, amount: read.request.amount.toString() },
    ...{ accepted_at: acceptedAt, claim_until: claimUntil },
    ...{ voucher: signed, certificate: certified, request: payload, reported_at: now },
  };
}

const readStated = (
  { orderNumber, customerId, deviceId, acceptedAt, claimUntil, ...rest }: Stated,
  { merchantId, now }: VoucherReading,
): Read => ({
  ...rest,
  ...{ merchant_id: merchantId, order_number: orderNumber },
  ...{ customer_id: customerId, device_id: deviceId },
  ...{ accepted_at: acceptedAt, claim_until: claimUntil, reported_at: now },
  ...{ voucher: null, certificate: null, request: null },
});

/** @returns the row to keep, or why it does not count */
export const readReportedVoucher = (reported: ReportedVoucher, reading: VoucherReading): Read =>
  isProven(reported) ? readProven(reported, reading) : readStated(reported, reading);
