// SPDX-License-Identifier: Apache-2.0
// Verifies what a bank signs against trusted issuers: device certificates, bulletins and payee certificates.
import { ensure, type ErrorCode } from '../base/errors.js';
import { importDeviceKey } from '../base/signature.js';
import type { IssuerRow } from '../ledger/offline-rows.js';
import { decodeBulletin } from './bulletin.js';
import { coseDigest, isSignedBy, parseCose, type CosePurpose } from './cose.js';
import { decodeDeviceCertificate } from './device-certificate.js';
import type { KeyReader } from './device-key.js';
import type { Bulletin, DeviceCertificate, PayeeCertificate } from './objects.js';
import { decodePayeeCertificate } from './payee-certificate.js';

/** A key that is trusted to speak for a bank. */
export type TrustedIssuer = Pick<IssuerRow, 'bankId' | 'kid' | 'publicKey'>;

/** A verified device certificate and its digest, which vouchers name. */
export interface HeldCertificate {
  readonly certificate: DeviceCertificate;
  readonly digest: Uint8Array;
}

interface Issued<T> {
  readonly purpose: CosePurpose;
  readonly decode: (payload: Uint8Array) => T;
  readonly refusal: ErrorCode;
}

function verifyIssued<T extends { readonly bankId: string }>(
  { purpose, decode, refusal }: Issued<T>,
  bytes: Uint8Array,
  issuers: readonly TrustedIssuer[],
  keyOf: KeyReader,
): { value: T; digest: Buffer } {
  const parts = parseCose(purpose, bytes);
  const value = decode(parts.payload);
  const kid = parts.kid?.toString('hex') ?? '';
  const issuer = issuers.find((entry) => entry.bankId === value.bankId && entry.kid === kid);
  const key = issuer && keyOf(issuer.publicKey);
  const signed = key !== undefined && isSignedBy(parts, key);
  ensure(signed, refusal, { bankId: value.bankId, kid, trusted: issuer !== undefined });
  return { value, digest: coseDigest(parts) };
}

/** @throws {DomainError} OFFLINE_MALFORMED, or OFFLINE_CERTIFICATE_FORGED unless one of the bank's issuers signed it. */
export function verifyDeviceCertificate(
  bytes: Uint8Array,
  issuers: readonly TrustedIssuer[],
  keyOf: KeyReader = importDeviceKey,
): HeldCertificate {
  const kind = {
    purpose: 'offpay/device-certificate',
    decode: decodeDeviceCertificate,
    refusal: 'OFFLINE_CERTIFICATE_FORGED',
  } as const;
  const { value, digest } = verifyIssued(kind, bytes, issuers, keyOf);
  return { certificate: value, digest };
}

/** @throws {DomainError} OFFLINE_MALFORMED, or OFFLINE_SIGNATURE_INVALID unless one of the bank's issuers signed it. */
export function verifyBulletin(
  bytes: Uint8Array,
  issuers: readonly TrustedIssuer[],
  keyOf: KeyReader = importDeviceKey,
): Bulletin {
  const kind = {
    purpose: 'offpay/bulletin',
    decode: decodeBulletin,
    refusal: 'OFFLINE_SIGNATURE_INVALID',
  } as const;
  return verifyIssued(kind, bytes, issuers, keyOf).value;
}

/** @throws {DomainError} OFFLINE_MALFORMED, or OFFLINE_PAYEE_UNTRUSTED unless one of the bank's issuers signed it. */
export function verifyPayeeCertificate(
  bytes: Uint8Array,
  issuers: readonly TrustedIssuer[],
  keyOf: KeyReader = importDeviceKey,
): PayeeCertificate {
  const kind = {
    purpose: 'offpay/payee-certificate',
    decode: decodePayeeCertificate,
    refusal: 'OFFLINE_PAYEE_UNTRUSTED',
  } as const;
  return verifyIssued(kind, bytes, issuers, keyOf).value;
}
