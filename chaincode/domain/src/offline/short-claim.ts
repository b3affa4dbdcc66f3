// SPDX-License-Identifier: Apache-2.0
// The short form of a claim in a batch: what the ledger can tell by itself is left out, and put in again before anything
// is judged. Nothing is taken on trust: the device's signature is over the bytes with all that was left out.
import { ensure } from '../base/errors.js';
import { CborWriter } from './cbor.js';
import {
  bytes,
  decodeWith,
  encodeWith,
  digest,
  instant,
  integer,
  list,
  number32,
  positiveMoney,
  record,
} from './codec.js';
import { joinCose, protectedHeader, sigStructure } from './cose.js';
import { MOST_PAYMENTS } from './device-certificate.js';
import { bytesToText, textToBytes } from './digest-text.js';
import { requestHash } from './payment-request.js';
import {
  claimOf,
  readClaim,
  unlessMalformed,
  type ReadClaim,
  type ReadVoucher,
  type VoucherClaim,
} from './settle-voucher.js';
import { encodeVoucher, NO_VOUCHER } from './voucher.js';

/** The most vouchers that the ledger takes in one batch. */
export const MOST_BATCHED = 500;

/** First bytes of the full forms: the tag of COSE_Sign1, and the head of an array with the fields of a request. */
const TAGGED = 0xd2;
const REQUEST = 0x8c;
const REQUEST_FIELDS = 12;
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
  new CborWriter()
    .array(REQUEST_FIELDS)
    .unsigned(REQUEST_VERSION)
    .text(channel)
    .text(merchantId)
    .end();

const HEADER = protectedHeader('offpay/voucher');

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

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const restoredRequest = (payload: Uint8Array, { requestStart }: KnownOfClaims): Uint8Array =>
  payload[0] === REQUEST ? payload : Buffer.concat([requestStart, payload]);

/** Puts in again what a short voucher leaves out. @param hash of its request's payload */
function readShort(
  bytes: Uint8Array,
  hash: Uint8Array,
  { certificates }: KnownOfClaims,
  before: Uint8Array | undefined,
): ReadVoucher {
  const short = decodeWith(shortVoucher, bytes);
  const { counter, cumulative, time, signature } = short;
  const named = certificates[short.sequence];
  const certificateDigest = named === undefined ? NO_CERTIFICATE : textToBytes(named);
  const told = counter === 1 ? NO_VOUCHER : before;
  const isSecondForm = told !== undefined && short.previous.some((digest) => isEqual(digest, told));
  ensure(!isSecondForm, 'OFFLINE_MALFORMED', { reason: 'previous follows by itself' });
  const previous = short.previous[0] ?? told ?? NO_VOUCHER;
  const voucher = { certificateDigest, counter, previous, cumulative, requestHash: hash, time };
  const payload = encodeVoucher(voucher);
  const signed = sigStructure(HEADER, payload);
  return { parts: { payload, signature, signed }, voucher };
}

/**
 * Reads a claim of a batch, whole or short.
 * @param before digest of the voucher before it, of the same reserve in the batch: undefined for the first, and after a
 * malformed one
 * @throws {DomainError} OFFLINE_MALFORMED for what is in neither form.
 */
export function readBatched(
  { voucher, requestPayload }: VoucherClaim,
  known: KnownOfClaims,
  before: Uint8Array | undefined,
): ReadClaim {
  const request = restoredRequest(requestPayload, known);
  if (voucher[0] === TAGGED) return readClaim({ voucher, requestPayload: request });
  const hash = requestHash(request);
  return claimOf(readShort(voucher, hash, known, before), request, hash);
}

/** @returns the whole form of a claim that was read. */
export const wholeClaim = ({ parts, requestPayload }: ReadClaim): VoucherClaim => ({
  voucher: joinCose('offpay/voucher', parts.payload, parts.signature),
  requestPayload,
});

/**
 * Puts in again what {@link shortenClaims} left out of the vouchers of one reserve, in their order. What is malformed stays
 * as it is.
 */
export function restoreClaims(
  claims: readonly VoucherClaim[],
  known: KnownOfClaims,
): readonly VoucherClaim[] {
  let before: Uint8Array | undefined;
  return claims.map((claim) => {
    const read = unlessMalformed(() => readBatched(claim, known, before));
    before = read?.digest;
    return read === undefined ? claim : wholeClaim(read);
  });
}

const shortRequest = (payload: Uint8Array, { requestStart }: KnownOfClaims): Uint8Array =>
  startsWith(payload, requestStart) ? payload.subarray(requestStart.length) : payload;

/** @returns undefined when not all of it would come out the same. */
function shortVoucherOf(
  { voucher, parts: { signature }, hash }: ReadClaim,
  { certificates }: KnownOfClaims,
  before: Uint8Array | undefined,
): Buffer | undefined {
  const { counter, cumulative, time, previous, certificateDigest } = voucher;
  const sequence = certificates.indexOf(bytesToText(certificateDigest));
  if (sequence === -1 || !hash.equals(voucher.requestHash)) return undefined;
  const isChained = before !== undefined && isEqual(previous, before);
  return encodeWith(shortVoucher, {
    sequence,
    counter,
    cumulative,
    time,
    signature,
    previous: counter === 1 || isChained ? [] : [previous],
  });
}

/**
 * Leaves out what the ledger can tell by itself, of the vouchers of one reserve in the order in which they are brought. A
 * voucher that would not come out the same stays whole, and so does a claim that is malformed.
 */
export function shortenClaims(
  claims: readonly VoucherClaim[],
  known: KnownOfClaims,
): readonly VoucherClaim[] {
  let before: Uint8Array | undefined;
  return claims.map((claim) => {
    const read = unlessMalformed(() => readClaim(claim));
    const voucher = read && shortVoucherOf(read, known, before);
    before = read?.digest;
    return read === undefined
      ? claim
      : {
          voucher: voucher ?? claim.voucher,
          requestPayload: shortRequest(claim.requestPayload, known),
        };
  });
}
