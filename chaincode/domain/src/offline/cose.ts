// SPDX-License-Identifier: Apache-2.0
// COSE_Sign1 (RFC 9052, tag 18) with ES256 and low S. The protected header names the purpose as content type, so that a
// signature for one purpose is never valid for another.
import { ensure } from '../base/errors.js';
import { keysOf } from '../base/keys-of.js';
import { verifyBytes, withLowS } from '../base/signature.js';
import { sha256, type PublicKey } from '../platform/crypto.js';
import { CborReader, CborWriter } from './cbor.js';

/** Each kind of object, and whether a bank signs it, by an issuer or by its node. The header then names the bank's key. */
const IS_ISSUED = {
  'offpay/device-certificate': true,
  'offpay/payee-certificate': true,
  'offpay/bulletin': true,
  'offpay/audit-report': true,
  'offpay/backing': true,
  'offpay/payment-request': false,
  'offpay/voucher': false,
  'offpay/receipt': false,
  'offpay/cancellation': false,
} as const;

/** The purpose of a signature. A signature for one purpose does not count for another. */
export type CosePurpose = keyof typeof IS_ISSUED;

/** The parts of a COSE_Sign1. Nothing is verified yet. */
export interface CoseParts {
  /** The bank's key: 8 bytes for objects that a bank signs, undefined for the others. */
  readonly kid: Buffer | undefined;
  readonly payload: Buffer;
  /** r‖s */
  readonly signature: Buffer;
  /** The bytes under the signature. */
  readonly signed: Buffer;
}

/** The signed bytes and their signature, for verification. */
export type SignedBytes = Readonly<Record<'signed' | 'signature', Uint8Array>>;

/** Signs bytes with ES256. It returns r‖s, 64 bytes, over their SHA-256. */
export type CoseSigner = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

const EMPTY = Buffer.alloc(0);
const KID_LENGTH = 8;

/** Tag 18 and an array of four. */
const SIGN1 = Buffer.from('d284', 'hex');
const NO_UNPROTECTED = Buffer.from('a0', 'hex');
/** A byte string of 64. */
const SIGNATURE_HEAD = Buffer.from('5840', 'hex');
/** The signed bytes are an array of four. It begins with the context of one signature. */
const SIG_START = new CborWriter().array(4).text('Signature1').end();

/** The protected header up to the kid: {1: -7, 3: purpose} or the first two entries of three. */
const headerStart = (purpose: CosePurpose): Buffer =>
  Buffer.concat([
    Buffer.from(IS_ISSUED[purpose] ? 'a3012603' : 'a2012603', 'hex'),
    new CborWriter().text(purpose).end(),
    IS_ISSUED[purpose] ? Buffer.from('0448', 'hex') : EMPTY,
  ]);

const HEADER_STARTS = Object.fromEntries(
  keysOf(IS_ISSUED).map((purpose) => [purpose, headerStart(purpose)]),
) as Readonly<Record<CosePurpose, Buffer>>;

/** @returns the protected header. @throws {DomainError} OFFLINE_MALFORMED when the kid is missing, or there must be none. */
export function protectedHeader(purpose: CosePurpose, kid?: Uint8Array): Buffer {
  const expected = IS_ISSUED[purpose] ? KID_LENGTH : 0;
  ensure((kid?.length ?? 0) === expected, 'OFFLINE_MALFORMED', { reason: 'kid' });
  return Buffer.concat([HEADER_STARTS[purpose], kid ?? EMPTY]);
}

/** @returns the bytes that are signed: ["Signature1", protected, external data (none), payload] (RFC 9052 §4.4). */
export const sigStructure = (header: Uint8Array, payload: Uint8Array): Buffer =>
  new CborWriter().raw(SIG_START).bytes(header).bytes(EMPTY).bytes(payload).end();

/** @returns SHA-256 of the Sig_structure. It names a signed object, and stays the same when the object is signed again. */
export const coseDigest = (parts: Pick<SignedBytes, 'signed'>): Buffer => sha256(parts.signed);

/** @returns the digest that a payload of this purpose will have after signing. */
export const digestOfPayload = (
  purpose: CosePurpose,
  payload: Uint8Array,
  kid?: Uint8Array,
): Buffer => coseDigest({ signed: sigStructure(protectedHeader(purpose, kid), payload) });

/** Joins a payload with a signature of 64 bytes. It does not check the signature or its S. */
export const joinCose = (
  purpose: CosePurpose,
  payload: Uint8Array,
  signature: Uint8Array,
  kid?: Uint8Array,
): Buffer =>
  new CborWriter()
    .raw(SIGN1)
    .bytes(protectedHeader(purpose, kid))
    .raw(NO_UNPROTECTED)
    .bytes(payload)
    .bytes(signature)
    .end();

/** Joins a payload with a signature over its {@link sigStructure}, and makes the S low. */
export const assembleCose = (
  purpose: CosePurpose,
  payload: Uint8Array,
  signature: Uint8Array,
  kid?: Uint8Array,
): Buffer => joinCose(purpose, payload, withLowS(signature), kid);

/**
 * Signs a payload.
 * @param kid names the bank's key, for certificates, bulletins and statements of backing only
 */
export async function signCose(
  purpose: CosePurpose,
  payload: Uint8Array,
  signer: CoseSigner,
  kid?: Uint8Array,
): Promise<Buffer> {
  const signature = await signer(sigStructure(protectedHeader(purpose, kid), payload));
  ensure(signature.length === 64, 'OFFLINE_MALFORMED', { reason: 'signature of another length' });
  return assembleCose(purpose, payload, signature, kid);
}

function kidOf(purpose: CosePurpose, header: Buffer): Buffer | undefined {
  const start = HEADER_STARTS[purpose];
  const kid = header.subarray(start.length);
  const expected = IS_ISSUED[purpose] ? KID_LENGTH : 0;
  ensure(
    header.subarray(0, start.length).equals(start) && kid.length === expected,
    'OFFLINE_MALFORMED',
    { reason: 'another purpose or header' },
  );
  return expected === 0 ? undefined : kid;
}

/** Takes a COSE_Sign1 apart. @throws {DomainError} OFFLINE_MALFORMED for anything but the one form of this purpose. */
export function parseCose(purpose: CosePurpose, bytes: Uint8Array): CoseParts {
  const reader = new CborReader(bytes);
  expectBytes(reader, SIGN1);
  const header = reader.bytes();
  expectBytes(reader, NO_UNPROTECTED);
  const payload = reader.bytes();
  expectBytes(reader, SIGNATURE_HEAD);
  const signature = reader.take(64);
  reader.end();
  const kid = kidOf(purpose, header);
  return { kid, payload, signature, signed: sigStructure(header, payload) };
}

const expectBytes = (reader: CborReader, expected: Buffer): void =>
  ensure(reader.take(expected.length).equals(expected), 'OFFLINE_MALFORMED', {
    reason: 'no COSE_Sign1 of this protocol',
  });

/** @returns whether the key made the signature, with low S. */
export const isSignedBy = (parts: SignedBytes, key: PublicKey): boolean =>
  verifyBytes(key, parts.signed, parts.signature);

/**
 * Takes a COSE_Sign1 apart and verifies it.
 * @throws {DomainError} OFFLINE_MALFORMED, OFFLINE_SIGNATURE_INVALID
 */
export function verifyCose(purpose: CosePurpose, bytes: Uint8Array, key: PublicKey): CoseParts {
  const parts = parseCose(purpose, bytes);
  ensure(isSignedBy(parts, key), 'OFFLINE_SIGNATURE_INVALID', { purpose });
  return parts;
}
