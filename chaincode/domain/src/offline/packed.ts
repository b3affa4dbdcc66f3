// SPDX-License-Identifier: Apache-2.0
// Requests and payments in the form of a QR code. They leave out what the other side already knows. That side restores it
// before it verifies anything. This needs no trust, because the signatures cover the complete bytes.
import { ensure } from '../base/errors.js';
import type { Presented } from './accept-voucher.js';
import {
  bytes,
  currency,
  decodeWith,
  encodeWith,
  digest,
  epoch,
  identifier,
  instant,
  integer,
  list,
  number32,
  positiveMoney,
  record,
  seconds,
  versioned,
} from './codec.js';
import { digestOfPayload, joinCose, parseCose } from './cose.js';
import {
  decodeDeviceCertificate,
  encodeDeviceCertificate,
  MOST_PAYMENTS,
} from './device-certificate.js';
import type { DeviceCertificate, PayeeCertificate, PaymentRequest, Voucher } from './objects.js';
import {
  decodePayeeCertificate,
  encodePayeeCertificate,
  licenceNumber,
  payeeName,
} from './payee-certificate.js';
import { decodePaymentRequest, encodePaymentRequest, paymentPurpose } from './payment-request.js';
import { decodePresented } from './presented.js';
import { decodeVoucher, encodeVoucher, NO_VOUCHER } from './voucher.js';

/** First bytes of the complete forms: the tag of COSE_Sign1, and an array of two. */
const TAGGED = 0xd2;
const PAIR = 0x82;

const kid = bytes(8);
const signature = bytes(64);

/** A payee certificate without the fields that are also in its request or follow from its issuer. */
export interface PackedPayee extends Pick<
  PayeeCertificate,
  'terminalKey' | 'name' | 'licence' | 'validUntil'
> {
  /** Key of the issuer that signed it. The issuer tells the bank. */
  readonly kid: Uint8Array;
  readonly signature: Uint8Array;
}

interface PackedRequest extends Omit<PaymentRequest, 'channel' | 'expiresAt'> {
  /** Seconds from `createdAt` to `expiresAt`. */
  readonly lasts: number;
  readonly signature: Uint8Array;
  /** One payee certificate, or none. */
  readonly payee: readonly PackedPayee[];
}

const packedRequest = versioned<PackedRequest>(1, {
  merchantId: identifier,
  terminalId: identifier,
  orderNumber: identifier,
  amount: positiveMoney,
  currency,
  nonce: bytes(16),
  bulletinNumber: number32,
  createdAt: instant,
  purpose: paymentPurpose,
  lasts: seconds,
  signature,
  payee: list(
    record<PackedPayee>({
      terminalKey: bytes(64),
      name: payeeName,
      licence: licenceNumber,
      validUntil: instant,
      kid,
      signature,
    }),
    1,
  ),
});

interface PackedPayment
  extends
    Omit<DeviceCertificate, 'channel' | 'currency'>,
    Pick<Voucher, 'counter' | 'cumulative' | 'requestHash' | 'time'> {
  readonly kid: Uint8Array;
  readonly certificateSignature: Uint8Array;
  /** Empty for counter 1. */
  readonly previous: readonly Uint8Array[];
  readonly voucherSignature: Uint8Array;
}

const packedPayment = versioned<PackedPayment>(1, {
  bankId: identifier,
  customerId: identifier,
  deviceId: identifier,
  epoch,
  deviceKey: bytes(64),
  total: positiveMoney,
  perPayment: positiveMoney,
  highestCounter: integer(1, MOST_PAYMENTS),
  spendUntil: instant,
  claimUntil: instant,
  policyVersion: number32,
  sequence: number32,
  kid,
  certificateSignature: signature,
  counter: integer(1, MOST_PAYMENTS),
  previous: list(digest, 1),
  cumulative: positiveMoney,
  requestHash: digest,
  time: instant,
  voucherSignature: signature,
});

/** The objects that a terminal shows. */
export interface ShownRequest {
  /** The signed request. */
  readonly request: Uint8Array;
  /** The signed certificate of the terminal that made it. */
  readonly payee?: Uint8Array;
}

function packPayee(certificate: Uint8Array): PackedPayee {
  const parts = parseCose('offpay/payee-certificate', certificate);
  const content = decodePayeeCertificate(parts.payload);
  return { ...content, kid: parts.kid ?? new Uint8Array(), signature: parts.signature };
}

/** @throws {DomainError} OFFLINE_MALFORMED */
export function packRequest({ request, payee }: ShownRequest): Buffer {
  const parts = parseCose('offpay/payment-request', request);
  const content = decodePaymentRequest(parts.payload);
  return encodeWith(packedRequest, {
    ...content,
    lasts: content.expiresAt - content.createdAt,
    signature: parts.signature,
    payee: payee === undefined ? [] : [packPayee(payee)],
  });
}

/** A request, as a device reads it. Nothing is verified yet. */
export interface UnpackedRequest {
  /** The complete signed request. */
  readonly request: Buffer;
  readonly payee: PackedPayee | undefined;
}

/**
 * @param shown the packed form, or a complete signed request
 * @param channel the channel of the device's certificates
 * @throws {DomainError} OFFLINE_MALFORMED for anything else.
 */
export function unpackRequest(shown: Uint8Array, channel: string): UnpackedRequest {
  if (shown[0] === TAGGED) return { request: Buffer.from(shown), payee: undefined };
  const { lasts, signature: signed, payee, ...content } = decodeWith(packedRequest, shown);
  const expiresAt = content.createdAt + lasts;
  const payload = encodePaymentRequest({ ...content, channel, expiresAt });
  return { request: joinCose('offpay/payment-request', payload, signed), payee: payee[0] };
}

/**
 * @param request the request that came with it
 * @param bankId the bank of the issuer that it names
 * @returns the complete signed certificate. Nothing is verified yet.
 */
export const payeeCertificateOf = (
  { kid: issuer, signature: signed, ...content }: PackedPayee,
  { channel, merchantId, terminalId }: PaymentRequest,
  bankId: string,
): Buffer =>
  joinCose(
    'offpay/payee-certificate',
    encodePayeeCertificate({ ...content, channel, bankId, merchantId, terminalId }),
    signed,
    issuer,
  );

/** @throws {DomainError} OFFLINE_MALFORMED */
export function packPayment({ voucher, certificate }: Presented): Buffer {
  const issued = parseCose('offpay/device-certificate', certificate);
  const paid = parseCose('offpay/voucher', voucher);
  const { counter, previous, cumulative, requestHash, time } = decodeVoucher(paid.payload);
  return encodeWith(packedPayment, {
    ...decodeDeviceCertificate(issued.payload),
    counter,
    cumulative,
    requestHash,
    time,
    previous: counter === 1 ? [] : [previous],
    kid: issued.kid ?? new Uint8Array(),
    certificateSignature: issued.signature,
    voucherSignature: paid.signature,
  });
}

/**
 * @param shown the packed form, or complete voucher and certificate
 * @param requestPayload the payload of the request that it answers
 * @throws {DomainError} OFFLINE_MALFORMED for anything else.
 */
export function unpackPayment(shown: Uint8Array, requestPayload: Uint8Array): Presented {
  if (shown[0] === PAIR) return decodePresented(shown);
  const packed = decodeWith(packedPayment, shown);
  const { counter, cumulative, requestHash, time, previous } = packed;
  ensure((counter === 1) === (previous.length === 0), 'OFFLINE_MALFORMED', { reason: 'previous' });
  const { channel, currency: asked } = decodePaymentRequest(requestPayload);
  const granted = encodeDeviceCertificate({ ...packed, channel, currency: asked });
  const payload = encodeVoucher({
    counter,
    cumulative,
    requestHash,
    time,
    previous: previous[0] ?? NO_VOUCHER,
    certificateDigest: digestOfPayload('offpay/device-certificate', granted, packed.kid),
  });
  return {
    voucher: joinCose('offpay/voucher', payload, packed.voucherSignature),
    certificate: joinCose(
      'offpay/device-certificate',
      granted,
      packed.certificateSignature,
      packed.kid,
    ),
  };
}
