// SPDX-License-Identifier: Apache-2.0
// Double spends: the proof is made where both vouchers are at hand, checked before anybody is accused, and kept.
import {
  contradictionOf,
  encodeFraudProof,
  parseCose,
  readClaim,
  verifyFraudProof,
  type CounterEntry,
  type FraudProof,
  type ProofSide,
} from '@fabric-offline-pay/domain';
import type { Roots } from '../issuer/vouched.js';
import type { Store } from '../store/store.js';
import { issuers, type StoredSide } from './records.js';

export const sideOf = (stored: StoredSide): ProofSide => ({
  certificate: Buffer.from(stored.certificate, 'base64'),
  voucher: Buffer.from(stored.voucher, 'base64'),
  requestPayload: Buffer.from(stored.requestPayload, 'base64'),
});

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export const storedSide = ({ certificate, voucher, requestPayload }: ProofSide): StoredSide => ({
  certificate: toBase64(certificate),
  voucher: toBase64(voucher),
  requestPayload: toBase64(requestPayload),
});

/** @throws {DomainError} OFFLINE_MALFORMED */
export const entryOf = (side: ProofSide): CounterEntry => readClaim(side).entry;

async function issuerOf(
  store: Store,
  bankId: string,
  certificate: Uint8Array,
): Promise<string | undefined> {
  const { kid } = parseCose('offpay/device-certificate', certificate);
  const issuer = await issuers.get(store, bankId, kid?.toString('hex') ?? '');
  return issuer?.certificate;
}

/** @returns the proof, or undefined when the two prove nothing: nobody is accused on a guess. */
export async function proveContradiction(
  store: Store,
  roots: Roots,
  bankId: string,
  sides: readonly [ProofSide, ProofSide],
): Promise<FraudProof | undefined> {
  const kind = contradictionOf(entryOf(sides[0]), entryOf(sides[1]));
  const issuerCertificate = await issuerOf(store, bankId, sides[0].certificate);
  if (kind === undefined || issuerCertificate === undefined) return undefined;
  const proof: FraudProof = { kind, sides, issuerCertificate };
  return verifyFraudProof(proof, roots[bankId] ?? []).ok ? proof : undefined;
}

/** @returns the proof's file, or null. */
export const proofText = (proof: FraudProof | undefined): string | null =>
  proof === undefined ? null : encodeFraudProof(proof);
