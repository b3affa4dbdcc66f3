// SPDX-License-Identifier: Apache-2.0
// The payload of a payment request: what a terminal asks for. The voucher that answers it contains its hash.
import { sha256 } from '../platform/crypto.js';
import {
  bytes,
  channelName,
  currency,
  decodeWith,
  encodeWith,
  digest,
  identifier,
  instant,
  list,
  number32,
  positiveMoney,
  versioned,
  type Codec,
} from './codec.js';
import type { PaymentPurpose, PaymentRequest } from './objects.js';

const terms = list(digest, 1);

/** An empty list for goods taken along, or a list with the digest of the terms. */
export const paymentPurpose: Codec<PaymentPurpose> = {
  write: (writer, value) => terms.write(writer, value.kind === 'goods' ? [] : [value.termsDigest]),
  read: (reader) => {
    const [termsDigest] = terms.read(reader);
    return termsDigest === undefined ? { kind: 'goods' } : { kind: 'delivery', termsDigest };
  },
};

const codec = versioned<PaymentRequest>(
  1,
  {
    channel: channelName,
    merchantId: identifier,
    terminalId: identifier,
    orderNumber: identifier,
    amount: positiveMoney,
    currency,
    nonce: bytes(16),
    bulletinNumber: number32,
    createdAt: instant,
    expiresAt: instant,
    purpose: paymentPurpose,
  },
  'it is over before it begins',
  ({ createdAt, expiresAt }) => expiresAt > createdAt,
);

/** @throws {DomainError} OFFLINE_MALFORMED for values outside their ranges. */
export const encodePaymentRequest = (request: PaymentRequest): Buffer => encodeWith(codec, request);

/** @throws {DomainError} OFFLINE_MALFORMED for anything but the one canonical form. */
export const decodePaymentRequest = (payload: Uint8Array): PaymentRequest =>
  decodeWith(codec, payload);

/** @returns SHA-256 of the payload alone, so that the terminal's signature does not have to go to the ledger. */
export const requestHash = (payload: Uint8Array): Buffer => sha256(payload);
