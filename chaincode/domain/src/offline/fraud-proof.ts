// SPDX-License-Identifier: Apache-2.0
// A proof that a device spent twice, as values and as a file. Anyone who trusts the bank's root can verify it.
import * as z from 'zod';
import { canonicalJson } from '../base/canonical.js';
import { DomainError } from '../base/errors.js';
import type { FraudKind } from '../ledger/offline-rows.js';

/** One of the two vouchers, with what it needs to be understood. */
export interface ProofSide {
  /** The signed device certificate that the voucher names; both sides may carry the same. */
  readonly certificate: Uint8Array;
  /** The signed voucher. */
  readonly voucher: Uint8Array;
  /** The payload of the request that it answers. */
  readonly requestPayload: Uint8Array;
}

export interface FraudProof {
  readonly kind: FraudKind;
  readonly sides: readonly [ProofSide, ProofSide];
  /** X.509 certificate of the key that signed the device certificates, PEM. */
  readonly issuerCertificate: string;
}

const FORMAT = 'fabric-offline-pay/fraud-proof/1';

/** Certificates, vouchers and requests are a few hundred bytes. */
const LONGEST = 4096;

const bytes = z.base64().max(LONGEST);
const side = z.strictObject({ certificate: bytes, voucher: bytes, requestPayload: bytes });
const file = z.strictObject({
  format: z.literal(FORMAT),
  kind: z.enum(['sameCounter', 'previousHash', 'cumulative']),
  sides: z.tuple([side, side]),
  issuerCertificate: z.string().max(2 * LONGEST),
});

type SideFile = z.infer<typeof side>;

const toBase64 = (value: Uint8Array): string => Buffer.from(value).toString('base64');
const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64');

const writeSide = (value: ProofSide): SideFile => ({
  certificate: toBase64(value.certificate),
  voucher: toBase64(value.voucher),
  requestPayload: toBase64(value.requestPayload),
});

const readSide = (value: SideFile): ProofSide => ({
  certificate: fromBase64(value.certificate),
  voucher: fromBase64(value.voucher),
  requestPayload: fromBase64(value.requestPayload),
});

/** @returns the proof as a file: canonical JSON with base64. */
export const encodeFraudProof = ({ kind, sides, issuerCertificate }: FraudProof): string =>
  canonicalJson({
    format: FORMAT,
    kind,
    sides: [writeSide(sides[0]), writeSide(sides[1])],
    issuerCertificate,
  });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws {DomainError} OFFLINE_PROOF_INVALID for a text that is no such file; what it says is not verified. */
export function decodeFraudProof(text: string): FraudProof {
  const result = file.safeParse(parsed(text));
  if (!result.success) throw new DomainError('OFFLINE_PROOF_INVALID', { reason: 'malformed' });
  const { kind, sides, issuerCertificate } = result.data;
  return { kind, sides: [readSide(sides[0]), readSide(sides[1])], issuerCertificate };
}
