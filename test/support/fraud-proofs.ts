// SPDX-License-Identifier: Apache-2.0
// Fraud proofs of the vector issuer's devices.
import { encodeFraudProof, type FraudProof, type VoucherClaim } from '@fabric-offline-pay/domain';
import { CERTIFICATES, type Device } from './offline-world';

/** @returns the file of a proof that the two contradict each other. */
export function proofOf(
  device: Pick<Device, 'certificateBytes'>,
  [a, b]: readonly [VoucherClaim, VoucherClaim],
  kind: FraudProof['kind'] = 'sameCounter',
): string {
  const sideOf = ({ voucher, requestPayload }: VoucherClaim) => ({
    certificate: device.certificateBytes,
    voucher,
    requestPayload,
  });
  const issuerCertificate = CERTIFICATES.issuer;
  return encodeFraudProof({ kind, sides: [sideOf(a), sideOf(b)], issuerCertificate });
}
