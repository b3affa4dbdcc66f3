// SPDX-License-Identifier: Apache-2.0
// Double spends: the proof is made where both vouchers are known, checked before it accuses anybody, and kept.
import {
  contradictionOf,
  encodeFraudProof,
  parseCose,
  readClaim,
  verifyFraudProof,
  type CertifiedClaim,
  type CounterEntry,
  type FraudProof,
  type ProofSide,
} from '@fabric-offline-pay/domain';
import { fromBase64, toBase64 } from '../base64.js';
import type { Roots } from '../issuer/vouched.js';
import type { Store } from '../store/store.js';
import { formerIssuers, issuers, type StoredSide } from './records.js';

export const sideOf = (stored: StoredSide): CertifiedClaim => ({
  certificate: fromBase64(stored.certificate),
  voucher: fromBase64(stored.voucher),
  requestPayload: fromBase64(stored.requestPayload),
});

export const storedSide = ({
  certificate,
  voucher,
  requestPayload,
}: CertifiedClaim): StoredSide => ({
  certificate: toBase64(certificate),
  voucher: toBase64(voucher),
  requestPayload: toBase64(requestPayload),
});

/** @throws {DomainError} OFFLINE_MALFORMED */
export const entryOf = (claim: CertifiedClaim): CounterEntry => readClaim(claim).entry;

/** Uses the issuer of each voucher's own certificate: another issuer may have topped the device up between the two vouchers. */
async function proofSide(
  store: Store,
  bankId: string,
  { certificate, voucher, requestPayload }: CertifiedClaim,
): Promise<ProofSide | undefined> {
  const { kid } = parseCose('offpay/device-certificate', certificate);
  const key = [bankId, kid?.toString('hex') ?? ''] as const;
  const issuer = (await issuers.get(store, ...key)) ?? (await formerIssuers.get(store, ...key));
  const issuerCertificate = issuer?.certificate;
  return issuerCertificate === undefined
    ? undefined
    : { certificate, voucher, requestPayload, issuerCertificate };
}

/** @returns the proof, or undefined when the two vouchers prove nothing. Nobody is accused on a guess. */
export async function proveContradiction(
  store: Store,
  roots: Roots,
  bankId: string,
  claims: readonly [CertifiedClaim, CertifiedClaim],
): Promise<FraudProof | undefined> {
  const kind = contradictionOf(entryOf(claims[0]), entryOf(claims[1]));
  const first = await proofSide(store, bankId, claims[0]);
  const second = await proofSide(store, bankId, claims[1]);
  if (kind === undefined || first === undefined || second === undefined) return undefined;
  const proof: FraudProof = { kind, sides: [first, second] };
  return verifyFraudProof(proof, roots[bankId] ?? []).ok ? proof : undefined;
}

/** @returns the text of the proof's file, or null. */
export const proofText = (proof: FraudProof | undefined): string | null =>
  proof === undefined ? null : encodeFraudProof(proof);
