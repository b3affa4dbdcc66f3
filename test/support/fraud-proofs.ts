// SPDX-License-Identifier: Apache-2.0
// Fraud proofs of the vector issuer's devices.
import { encodeFraudProof, type FraudProof, type VoucherClaim } from '@fabric-offline-pay/domain';
import { proofSide, type Device } from './offline-world';

/** @returns the file of a proof that the two contradict each other. */
export const proofOf = (
  { certificateBytes }: Pick<Device, 'certificateBytes'>,
  [a, b]: readonly [VoucherClaim, VoucherClaim],
  kind: FraudProof['kind'] = 'sameCounter',
): string =>
  encodeFraudProof({
    kind,
    sides: [proofSide(certificateBytes, a), proofSide(certificateBytes, b)],
  });
