// SPDX-License-Identifier: Apache-2.0
// Verifies a voucher against the device certificate that it names.
import { ensure } from '../base/errors.js';
import { importDeviceKey } from '../base/signature.js';
import { coseDigest, verifyCose } from './cose.js';
import { spkiOfPoint, type KeyReader } from './device-key.js';
import type { Voucher } from './objects.js';
import type { HeldCertificate } from './verify-issued.js';
import { decodeVoucher } from './voucher.js';

/**
 * @param held the verified certificate
 * @throws {DomainError} OFFLINE_MALFORMED; OFFLINE_SIGNATURE_INVALID; OFFLINE_CERTIFICATE_MISMATCH when the voucher names
 * another certificate; OFFLINE_CERTIFICATE_FORGED when the device's key is not a point of the curve.
 */
export function verifyVoucher(
  { certificate, digest }: HeldCertificate,
  bytes: Uint8Array,
  keyOf: KeyReader = importDeviceKey,
): { voucher: Voucher; voucherDigest: Buffer } {
  const key = keyOf(spkiOfPoint(certificate.deviceKey));
  ensure(key !== undefined, 'OFFLINE_CERTIFICATE_FORGED', { reason: 'no point of the curve' });
  const parts = verifyCose('offpay/voucher', bytes, key);
  const voucher = decodeVoucher(parts.payload);
  const named = Buffer.compare(voucher.certificateDigest, digest) === 0;
  ensure(named, 'OFFLINE_CERTIFICATE_MISMATCH', { field: 'certificateDigest' });
  return { voucher, voucherDigest: coseDigest(parts) };
}
