// SPDX-License-Identifier: Apache-2.0
// A proof that a device spent twice, as values and as a file. Anyone who trusts the bank's root can verify it.
import * as z from 'zod';
import { canonicalJson } from '../base/canonical.js';
import { readCertificate } from '../base/certificate.js';
import { DomainError } from '../base/errors.js';
import type { FraudKind } from '../ledger/offline-rows.js';
import type { VoucherClaim } from './settle-voucher.js';

/** A voucher with its request, and the device certificate that it was made under. */
export interface CertifiedClaim extends VoucherClaim {
  /** The signed device certificate that the voucher names. */
  readonly certificate: Uint8Array;
}

/** One of the two vouchers, with everything for verifying it alone. Data that is equal on both sides is in both. */
export interface ProofSide extends CertifiedClaim {
  /** X.509 certificate of the key that signed the device certificate, PEM. */
  readonly issuerCertificate: string;
}

/** Two signed payments of one device that contradict each other, with everything for reading them. */
export interface FraudProof {
  readonly kind: FraudKind;
  readonly sides: readonly [ProofSide, ProofSide];
}

/** The old format, with one issuer for both sides. It is read but never written. */
const FORMAT_1 = 'fabric-offline-pay/fraud-proof/1';
const FORMAT = 'fabric-offline-pay/fraud-proof/2';

/** The most bytes of one object. Certificates, vouchers and requests have a few hundred. */
const LONGEST = 4096;

const toBase64 = (value: Uint8Array): string => Buffer.from(value).toString('base64');
const bytesOfBase64 = (text: string): Buffer => Buffer.from(text, 'base64');

const bytes = z
  .string()
  .max(LONGEST)
  .refine((text) => toBase64(bytesOfBase64(text)) === text);
const pem = z
  .string()
  .max(2 * LONGEST)
  .refine((text) => readCertificate(text) !== undefined);
const kind = z.enum(['sameCounter', 'previousHash', 'cumulative']);
const claim = z.strictObject({ certificate: bytes, voucher: bytes, requestPayload: bytes });
const side = claim.extend({ issuerCertificate: pem });
const file = z.discriminatedUnion('format', [
  z.strictObject({ format: z.literal(FORMAT), kind, sides: z.tuple([side, side]) }),
  z.strictObject({
    format: z.literal(FORMAT_1),
    kind,
    sides: z.tuple([claim, claim]),
    issuerCertificate: pem,
  }),
]);

type ClaimFile = z.infer<typeof claim>;

const writeSide = (value: ProofSide): z.infer<typeof side> => ({
  certificate: toBase64(value.certificate),
  voucher: toBase64(value.voucher),
  requestPayload: toBase64(value.requestPayload),
  issuerCertificate: value.issuerCertificate,
});

const readSide = (value: ClaimFile, issuerCertificate: string): ProofSide => ({
  certificate: bytesOfBase64(value.certificate),
  voucher: bytesOfBase64(value.voucher),
  requestPayload: bytesOfBase64(value.requestPayload),
  issuerCertificate,
});

function readFile(read: z.infer<typeof file>): FraudProof {
  if (read.format === FORMAT) {
    const [first, second] = read.sides;
    const sides = [
      readSide(first, first.issuerCertificate),
      readSide(second, second.issuerCertificate),
    ] as const;
    return { kind: read.kind, sides };
  }
  const { issuerCertificate, sides } = read;
  return {
    kind: read.kind,
    sides: [readSide(sides[0], issuerCertificate), readSide(sides[1], issuerCertificate)],
  };
}

/** @returns the proof as a file: canonical JSON with base64. */
export const encodeFraudProof = ({ kind, sides }: FraudProof): string =>
  canonicalJson({ format: FORMAT, kind, sides: [writeSide(sides[0]), writeSide(sides[1])] });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads both formats. One proof has exactly one form, so that comparing or hashing files means comparing proofs. No white
 * space, no duplicate or moved key, no other text for the same bytes.
 * @throws {DomainError} OFFLINE_PROOF_INVALID for any other text. It does not verify the proof.
 */
export function decodeFraudProof(text: string): FraudProof {
  const result = file.safeParse(parseJson(text));
  if (!result.success || canonicalJson(result.data) !== text)
    throw new DomainError('OFFLINE_PROOF_INVALID', { reason: 'malformed' });
  return readFile(result.data);
}
