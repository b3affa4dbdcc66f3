// SPDX-License-Identifier: Apache-2.0
// The short form of a claim in a batch. It leaves out what the ledger already knows. The ledger restores it before it judges
// anything. This needs no trust, because the device's signature covers the complete bytes.
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

/** First bytes of the complete forms: the tag of COSE_Sign1, and the head of an array with the fields of a request. */
const TAGGED = 0xd2;
const REQUEST = 0x8c;
const REQUEST_FIELDS = 12;
const REQUEST_VERSION = 1;

/** What the ledger already knows about the vouchers of one reserve in a batch. */
export interface KnownOfClaims {
  /** See {@link requestStartOf}. */
  readonly requestStart: Uint8Array;
  /** The reserve's certificates by their sequence: digests, base64url. */
  readonly certificates: readonly string[];
}

/** @returns the first bytes of every request of the merchant: the head of its array, its version, channel and merchant. */
export const requestStartOf = (channel: string, merchantId: string): Buffer =>
  new CborWriter()
    .array(REQUEST_FIELDS)
    .unsigned(REQUEST_VERSION)
    .text(channel)
    .text(merchantId)
    .end();

const HEADER = protectedHeader('offpay/voucher');

/** Takes the place of a certificate that the reserve does not have. No certificate has this digest. */
const NO_CERTIFICATE: Uint8Array = Buffer.alloc(32);

/** A voucher without its header, its request's hash, and the digests that the ledger already has. */
interface ShortVoucher {
  /** Sequence of the certificate that it names. */
  readonly sequence: number;
  readonly counter: number;
  readonly cumulative: bigint;
  readonly time: number;
  readonly signature: Uint8Array;
  /** Empty for counter 1, and when it is the digest of the previous voucher in the batch. */
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

/** Restores what a short voucher leaves out. @param hash hash of its request's payload */
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
 * Reads a claim of a batch, in its complete or its short form.
 * @param before digest of the previous voucher of the same reserve in the batch. Undefined for the first one, and after a
 * malformed one.
 * @throws {DomainError} OFFLINE_MALFORMED for a claim in neither form.
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

/** @returns the complete form of a parsed claim. */
export const wholeClaim = ({ parts, requestPayload }: ReadClaim): VoucherClaim => ({
  voucher: joinCose('offpay/voucher', parts.payload, parts.signature),
  requestPayload,
});

/**
 * Restores what {@link shortenClaims} left out of the vouchers of one reserve, in their order. Malformed claims stay as they
 * are.
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

/** @returns undefined when restoring it would not give the same voucher. */
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
 * Leaves out what the ledger already knows from the vouchers of one reserve, in the order of the batch. A voucher stays
 * complete when restoring it would not give the same bytes. A malformed claim also stays as it is.
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
