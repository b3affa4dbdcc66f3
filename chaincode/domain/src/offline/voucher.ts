// SPDX-License-Identifier: Apache-2.0
// The payload of a voucher: one payment, chained to the previous one.
import { digestOfPayload } from './cose.js';
import {
  decodeWith,
  encodeWith,
  digest,
  instant,
  integer,
  positiveMoney,
  versioned,
} from './codec.js';
import { MOST_PAYMENTS } from './device-certificate.js';
import type { Voucher } from './objects.js';

/** Takes the place of the voucher before the first. */
export const NO_VOUCHER: Uint8Array = Buffer.alloc(32);

const codec = versioned<Voucher>(
  1,
  {
    certificateDigest: digest,
    counter: integer(1, MOST_PAYMENTS),
    previous: digest,
    cumulative: positiveMoney,
    requestHash: digest,
    time: instant,
  },
  'the first voucher, and no other, has none before it',
  ({ counter, previous }) => (counter === 1) === previous.every((byte) => byte === 0),
);

/** @throws {DomainError} OFFLINE_MALFORMED for values outside their ranges. */
export const encodeVoucher = (voucher: Voucher): Buffer => encodeWith(codec, voucher);

/** @throws {DomainError} OFFLINE_MALFORMED for anything but the one canonical form. */
export const decodeVoucher = (payload: Uint8Array): Voucher => decodeWith(codec, payload);

/** @returns the digest that a voucher with this payload will have after signing. */
export const voucherDigest = (payload: Uint8Array): Buffer =>
  digestOfPayload('offpay/voucher', payload);
