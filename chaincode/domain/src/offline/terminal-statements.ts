// SPDX-License-Identifier: Apache-2.0
// A terminal's statements about a payment: that it accepted a voucher, or that it accepted none and never will. They are
// believed because the merchant's bank certified the terminal's key.
import { ensure } from '../base/errors.js';
import { importDeviceKey } from '../base/signature.js';
import { decodeWith, encodeWith, digest, instant, versioned, type Codec } from './codec.js';
import { verifyCose, type CosePurpose } from './cose.js';
import { spkiOfPoint, type KeyReader } from './device-key.js';
import type { Cancellation, PayeeCertificate, PaymentReceipt } from './objects.js';

const receipt = versioned<PaymentReceipt>(1, {
  voucherDigest: digest,
  requestHash: digest,
  acceptedAt: instant,
});

const cancellation = versioned<Cancellation>(1, { requestHash: digest, cancelledAt: instant });

/** @throws {DomainError} OFFLINE_MALFORMED for values outside their ranges. */
export const encodeReceipt = (value: PaymentReceipt): Buffer => encodeWith(receipt, value);

/** @throws {DomainError} OFFLINE_MALFORMED for values outside their ranges. */
export const encodeCancellation = (value: Cancellation): Buffer => encodeWith(cancellation, value);

/** Reads a receipt without checking its signature. @throws {DomainError} OFFLINE_MALFORMED */
export const decodeReceipt = (payload: Uint8Array): PaymentReceipt => decodeWith(receipt, payload);

/** Reads a cancellation without checking its signature. @throws {DomainError} OFFLINE_MALFORMED */
export const decodeCancellation = (payload: Uint8Array): Cancellation =>
  decodeWith(cancellation, payload);

/** The terminal whose key verifies a statement. */
type Terminal = Pick<PayeeCertificate, 'terminalKey'>;

const verifying =
  <T>(purpose: CosePurpose, codec: Codec<T>) =>
  (bytes: Uint8Array, { terminalKey }: Terminal, keyOf: KeyReader = importDeviceKey): T => {
    const key = keyOf(spkiOfPoint(terminalKey));
    ensure(key !== undefined, 'OFFLINE_SIGNATURE_INVALID', { reason: 'no point of the curve' });
    return decodeWith(codec, verifyCose(purpose, bytes, key).payload);
  };

/** @throws {DomainError} OFFLINE_MALFORMED, or OFFLINE_SIGNATURE_INVALID unless the terminal signed it. */
export const verifyReceipt = verifying('offpay/receipt', receipt);

/** @throws {DomainError} OFFLINE_MALFORMED, or OFFLINE_SIGNATURE_INVALID unless the terminal signed it. */
export const verifyCancellation = verifying('offpay/cancellation', cancellation);
