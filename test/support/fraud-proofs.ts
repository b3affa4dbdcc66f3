// SPDX-License-Identifier: Apache-2.0
// Fraud proofs of the vector issuer's devices.
import { encodeFraudProof, type FraudProof, type VoucherClaim } from '@fabric-offline-pay/domain';
import { proofSide, type Device } from './offline-world.js';

/** @returns the file of a proof that the two contradict each other. */
export const proofOf = (
  { certificateBytes }: Pick<Device, 'certificateBytes'>,
  [a, b]: readonly [VoucherClaim, VoucherClaim],
  kind: FraudProof['kind'] = 'sameCounter',
): string =>
  proofOfCertified(
    [
      { ...a, certificateBytes },
      { ...b, certificateBytes },
    ],
    kind,
  );

/** A voucher, its request and the certificate under which it was signed. */
export interface CertifiedClaim extends VoucherClaim {
  readonly certificateBytes: Buffer;
}

/** The same for vouchers of an epoch that was topped up between them. */
export const proofOfCertified = (
  [a, b]: readonly [CertifiedClaim, CertifiedClaim],
  kind: FraudProof['kind'],
): string =>
  encodeFraudProof({
    kind,
    sides: [proofSide(a.certificateBytes, a), proofSide(b.certificateBytes, b)],
  });
