// SPDX-License-Identifier: Apache-2.0
// Decides whether this device may keep a certificate.
import {
  ensure,
  pointOfSpki,
  reserves,
  verifyDeviceCertificate,
  type DeviceCertificate,
  type TrustedIssuer,
} from '@fabric-offline-pay/domain';
import { OfflineError } from '../../errors.js';
import { withRefusedErrors } from '../with-refused-errors.js';
import { sealedEpochOf } from '../store/restore.js';
import type { Store } from '../store/store.js';
import type { StoredCertificate } from './epochs.js';

/** A store holds the money of one device of one customer at one bank. So these fields must be equal. */
const ONE_DEVICE = ['channel', 'bankId', 'customerId', 'deviceId'] as const;

/** Fields that a top-up of an epoch must not change. */
const ONE_EPOCH = ['currency'] as const;

function contradictingField(
  certificate: DeviceCertificate,
  known: readonly DeviceCertificate[],
): string | undefined {
  const [first] = known;
  const ofEpoch = known.filter(({ epoch }) => epoch === certificate.epoch);
  const changed = (fields: readonly (keyof DeviceCertificate)[], other?: DeviceCertificate) =>
    other && fields.find((field) => certificate[field] !== other[field]);
  const before = ofEpoch.filter(({ sequence }) => sequence < certificate.sequence).at(-1);
  return (
    changed(ONE_DEVICE, first) ??
    changed(ONE_EPOCH, ofEpoch[0]) ??
    (before && reserves.NEVER_LOWERED.find((field) => certificate[field] < before[field]))
  );
}

/** @throws {OfflineError} EPOCH_SEALED when the store was restored and may have paid from this epoch before. */
export async function ensureOpenEpoch(store: Store, { held }: StoredCertificate): Promise<void> {
  const { epoch } = held.certificate;
  const sealedEpoch = await sealedEpochOf(store);
  if (sealedEpoch !== null && epoch <= sealedEpoch)
    throw new OfflineError('EPOCH_SEALED', { epoch, sealedEpoch });
}

const ofSameSequence =
  ({ epoch, sequence }: DeviceCertificate) =>
  ({ held: { certificate } }: StoredCertificate): boolean =>
    certificate.epoch === epoch && certificate.sequence === sequence;

/**
 * @param publicKey the device's own
 * @throws {RefusedError} OFFLINE_MALFORMED; OFFLINE_CERTIFICATE_FORGED; OFFLINE_CERTIFICATE_MISMATCH when the certificate belongs
 * to another device, contradicts one that the device has, or lowers what an earlier one granted
 */
export const checkCertificate = (
  bytes: Uint8Array,
  issuers: readonly TrustedIssuer[],
  publicKey: string,
  known: readonly StoredCertificate[],
): StoredCertificate =>
  withRefusedErrors(() => {
    const held = verifyDeviceCertificate(bytes, issuers);
    const { certificate, digest } = held;
    const own = pointOfSpki(publicKey).equals(certificate.deviceKey);
    ensure(own, 'OFFLINE_CERTIFICATE_MISMATCH', { field: 'deviceKey' });
    const field = contradictingField(
      certificate,
      known.map((entry) => entry.held.certificate),
    );
    ensure(field === undefined, 'OFFLINE_CERTIFICATE_MISMATCH', { field });
    const same = known.find(ofSameSequence(certificate));
    const again = same === undefined || Buffer.compare(same.held.digest, digest) === 0;
    ensure(again, 'OFFLINE_CERTIFICATE_MISMATCH', { field: 'sequence' });
    return same ?? { bytes: Buffer.from(bytes), held };
  });
