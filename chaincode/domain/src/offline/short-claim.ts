// SPDX-License-Identifier: Apache-2.0
// The short form of a claim in a batch: what the ledger can tell by itself is left out, and put in again before anything
// is judged. Nothing is taken on trust: the device's signature is over the bytes with all that was left out.
import { DomainError } from '../base/errors.js';
import { cborText, cborUnsigned } from './cbor.js';
import {
  bytes,
  decodeWith,
  digest,
  instant,
  integer,
  list,
  number32,
  positiveMoney,
  record,
} from './codec.js';
import { coseDigest, joinCose, parseCose } from './cose.js';
import { MOST_PAYMENTS } from './device-certificate.js';
import { bytesToText, textToBytes } from './digest-text.js';
import type { Voucher } from './objects.js';
import { decodePaymentRequest, requestHash } from './payment-request.js';
import type { VoucherClaim } from './settle-voucher.js';
import { decodeVoucher, encodeVoucher, NO_VOUCHER } from './voucher.js';

/** First bytes of the full forms: the tag of COSE_Sign1, and the head of an array with the fields of a request. */
const TAGGED = 0xd2;
const REQUEST = 0x8c;
const REQUEST_VERSION = 1;

/** What the ledger knows of the vouchers of one reserve in a batch without being told. */
export interface KnownOfClaims {
  /** See {@link requestStartOf}. */
  readonly requestStart: Uint8Array;
  /** The reserve's certificates by their sequence: digests, base64url. */
  readonly certificates: readonly string[];
}

/** @returns how every request of the merchant begins: the head of its array, its version, channel and merchant. */
export const requestStartOf = (channel: string, merchantId: string): Buffer =>
  Buffer.concat([
    Buffer.from([REQUEST]),
    cborUnsigned(REQUEST_VERSION),
    cborText(channel),
    cborText(merchantId),
  ]);

/** No certificate has this digest: one that the reserve does not have stays unknown to it. */
const NO_CERTIFICATE: Uint8Array = Buffer.alloc(32);

/** A voucher without its header, its request's hash, and the digests that others have. */
interface ShortVoucher {
  /** Of the certificate that it names. */
  readonly sequence: number;
  readonly counter: number;
  readonly cumulative: bigint;
  readonly time: number;
  readonly signature: Uint8Array;
  /** Empty when it is the digest of the voucher before it in the batch, or none for counter 1. */
  readonly previous: readonly Uint8Array[];
}

const shortVoucher = record<ShortVoucher>({
  sequence: number32,
  counter: integer(1, MOST_PAYMENTS),
  cumulative: positiveMoney,
  time: instant,
  signature: bytes(64),
  previous: list(digest, 1),
});

const startsWith = (whole: Uint8Array, start: Uint8Array): boolean =>
  Buffer.compare(whole.subarray(0, start.length), start) === 0;

const restoredRequest = (payload: Uint8Array, { requestStart }: KnownOfClaims): Uint8Array =>
  payload[0] === REQUEST ? payload : Buffer.concat([requestStart, payload]);

function restoredVoucher(
  voucher: Uint8Array,
  requestPayload: Uint8Array,
  { certificates }: KnownOfClaims,
  before: Uint8Array | undefined,
): Uint8Array {
  if (voucher[0] === TAGGED) return voucher;
  const { sequence, counter, cumulative, time, signature, previous } = decodeWith(
    shortVoucher,
    voucher,
  );
  const named = certificates[sequence];
  const payload = encodeVoucher({
    certificateDigest: named === undefined ? NO_CERTIFICATE : textToBytes(named),
    ...{ counter, cumulative, time },
    previous: previous[0] ?? (counter === 1 ? NO_VOUCHER : (before ?? NO_VOUCHER)),
    requestHash: requestHash(requestPayload),
  });
  return joinCose('offpay/voucher', payload, signature);
}

/**
 * Puts in again what was left out.
 * @param before digest of the voucher before it, of the same reserve in the batch: undefined for the first, and after a
 * malformed one
 * @returns the full form; what is in neither form stays as it is, and is malformed.
 */
export function restoreClaim(
  { voucher, requestPayload }: VoucherClaim,
  known: KnownOfClaims,
  before: Uint8Array | undefined,
): VoucherClaim {
  const request = restoredRequest(requestPayload, known);
  try {
    return { voucher: restoredVoucher(voucher, request, known, before), requestPayload: request };
  } catch (error) {
    if (error instanceof DomainError) return { voucher, requestPayload: request };
    throw error;
  }
}

/** A claim in its full form. */
interface WholeClaim {
  readonly voucher: Voucher;
  readonly signature: Uint8Array;
  readonly digest: Uint8Array;
}

/** @returns undefined unless voucher and request are in their one form. */
function readWhole({ voucher, requestPayload }: VoucherClaim): WholeClaim | undefined {
  try {
    const parts = parseCose('offpay/voucher', voucher);
    decodePaymentRequest(requestPayload);
    const { signature, payload } = parts;
    return { voucher: decodeVoucher(payload), signature, digest: coseDigest(parts) };
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

/** Puts in again what {@link shortenClaims} left out of the vouchers of one reserve, in their order. */
export function restoreClaims(
  claims: readonly VoucherClaim[],
  known: KnownOfClaims,
): readonly VoucherClaim[] {
  let before: Uint8Array | undefined;
  return claims.map((claim) => {
    const restored = restoreClaim(claim, known, before);
    before = readWhole(restored)?.digest;
    return restored;
  });
}

const shortRequest = (payload: Uint8Array, { requestStart }: KnownOfClaims): Uint8Array =>
  startsWith(payload, requestStart) ? payload.subarray(requestStart.length) : payload;

/** @returns undefined when the reserve does not have its certificate. */
function shortVoucherOf(
  { voucher, signature }: WholeClaim,
  { certificates }: KnownOfClaims,
  before: Uint8Array | undefined,
): Buffer | undefined {
  const { counter, cumulative, time, previous, certificateDigest } = voucher;
  const sequence = certificates.indexOf(bytesToText(certificateDigest));
  if (sequence === -1) return undefined;
  const isChained = before !== undefined && Buffer.compare(previous, before) === 0;
  return shortVoucher.write({
    ...{ sequence, counter, cumulative, time, signature },
    previous: counter === 1 || isChained ? [] : [previous],
  });
}

function shortened(
  { voucher: bytes, requestPayload }: VoucherClaim,
  whole: WholeClaim,
  known: KnownOfClaims,
  before: Uint8Array | undefined,
): VoucherClaim {
  const isAnswer = requestHash(requestPayload).equals(whole.voucher.requestHash);
  const voucher = isAnswer ? shortVoucherOf(whole, known, before) : undefined;
  return { voucher: voucher ?? bytes, requestPayload: shortRequest(requestPayload, known) };
}

/**
 * Leaves out what the ledger can tell by itself, of the vouchers of one reserve in the order in which they are brought. A
 * claim that would not come out the same stays whole.
 */
export function shortenClaims(
  claims: readonly VoucherClaim[],
  known: KnownOfClaims,
): readonly VoucherClaim[] {
  let before: Uint8Array | undefined;
  return claims.map((claim) => {
    const whole = readWhole(claim);
    const short = whole === undefined ? claim : shortened(claim, whole, known, before);
    before = whole?.digest;
    return short;
  });
}
