// SPDX-License-Identifier: Apache-2.0
// The ledger's side of a payment. It gives a verdict for one voucher and never throws, so that one bad voucher cannot fail
// its batch. It parses once and verifies once.
import { DomainError } from '../base/errors.js';
import { toUnits, type Amount, type Currency } from '../base/money.js';
import { importDeviceKey } from '../base/signature.js';
import type { CounterEntry, FraudRow, ReserveRow } from '../ledger/offline-rows.js';
import { allowanceOf } from './allowance.js';
import { findContradiction } from './contradiction.js';
import { coseDigest, isSignedBy, parseCose, type SignedBytes } from './cose.js';
import { counterEntry, isRemembered, voucherName } from './counter-entry.js';
import type { KeyReader } from './device-key.js';
import { bytesToText } from './digest-text.js';
import type { PaymentRequest, Voucher } from './objects.js';
import { decodePaymentRequest, requestHash } from './payment-request.js';
import {
  answersRequest,
  isAhead,
  isClaimingOver,
  isExpired,
  isOtherCurrency,
  isOverAllowance,
  wasAnnounced,
  type Payment,
} from './payment-rules.js';
import { freezeReserve, payOut, standing } from './reserve.js';
import type { Verdict } from './verdicts.js';
import { decodeVoucher } from './voucher.js';

/** A merchant's claim. The terminal's signature of the request stays with the merchant. */
export interface VoucherClaim {
  /** The signed voucher. */
  readonly voucher: Uint8Array;
  /** The payload of the request that it answers. */
  readonly requestPayload: Uint8Array;
}

/** The context of a batch, the same for all its vouchers. */
export interface SettleContext {
  readonly channel: string;
  readonly merchantId: string;
  readonly currency: Currency;
  /** By the ledger's clock. */
  readonly now: number;
  /** How far the clocks of devices and terminals may be from the ledger's: the policy's tolerance plus the ledger's own. */
  readonly clockToleranceSeconds: number;
  /** One reader for the batch or for the process, so that each device's key is imported once. */
  readonly keyOf?: KeyReader;
}

/** The result of settling a voucher. */
export interface Settlement {
  readonly verdict: Verdict;
  /** The reserve after this voucher. */
  readonly reserve: ReserveRow | undefined;
  /** What the merchant gets: the amount when settled, else 0. */
  readonly credit: Amount;
  /** Missing only for a malformed claim. */
  readonly request?: PaymentRequest;
  /** The voucher's entry. Missing only for a malformed claim. */
  readonly entry?: CounterEntry;
  /** Present only with the verdict `conflict`. */
  readonly fraud?: FraudRow;
}

/** A parsed voucher. Its signature is not verified yet. */
export interface ReadVoucher {
  readonly parts: SignedBytes & { readonly payload: Uint8Array };
  readonly voucher: Voucher;
}

/** A parsed claim. It is not judged yet. */
export interface ReadClaim extends ReadVoucher {
  readonly digest: Buffer;
  readonly requestPayload: Uint8Array;
  readonly request: PaymentRequest;
  /** Hash of the request's payload. */
  readonly hash: Buffer;
  readonly entry: CounterEntry;
}

interface Case extends ReadClaim {
  readonly reserve: ReserveRow;
  readonly context: SettleContext;
}

/**
 * @param hash hash of the request's payload
 * @throws {DomainError} OFFLINE_MALFORMED unless the request is in its canonical form.
 */
export function claimOf(
  { parts, voucher }: ReadVoucher,
  requestPayload: Uint8Array,
  hash: Buffer,
): ReadClaim {
  const request = decodePaymentRequest(requestPayload);
  const digest = coseDigest(parts);
  const entry = counterEntry(voucher, digest, request.amount);
  return { parts, voucher, digest, requestPayload, request, hash, entry };
}

/** @throws {DomainError} OFFLINE_MALFORMED unless voucher and request are in their canonical form. */
export function readClaim({ voucher: bytes, requestPayload }: VoucherClaim): ReadClaim {
  const parts = parseCose('offpay/voucher', bytes);
  const voucher = decodeVoucher(parts.payload);
  return claimOf({ parts, voucher }, requestPayload, requestHash(requestPayload));
}

/** @returns the result of the read, or undefined when the input is malformed. */
export function unlessMalformed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

function isByDevice({ parts, reserve, context }: Case): boolean {
  const key = (context.keyOf ?? importDeviceKey)(reserve.publicKey);
  return key !== undefined && isSignedBy(parts, key);
}

const isKnown = ({ reserve, voucher }: Case): boolean =>
  reserve.certificates.includes(bytesToText(voucher.certificateDigest));

const isCancelled = ({ reserve, entry }: Case): boolean =>
  reserve.cancelled.includes(entry.counter) && isRemembered(reserve.counters, entry);

/** Whether the amount is more than a terminal that keeps the rules accepts, or more than the reserve still has. */
export const isOverLimit = (payment: Payment, reserve: ReserveRow): boolean =>
  isOverAllowance(payment, allowanceOf(reserve)) ||
  payment.request.amount > toUnits(standing(reserve));

/** In this order. The first one that applies is the verdict. A settled voucher stays settled. */
const REFUSALS: readonly (readonly [Verdict, (judged: Case) => boolean])[] = [
  ['unknownCertificate', (judged) => !isKnown(judged)],
  ['badSignature', (judged) => !isByDevice(judged)],
  ['requestMismatch', (judged) => !answersRequest(judged, judged.hash)],
  ['wrongChannel', ({ request, context }) => request.channel !== context.channel],
  ['wrongPayee', ({ request, context }) => request.merchantId !== context.merchantId],
  [
    'wrongCurrency',
    (judged) => isOtherCurrency(judged, judged.context) || isOtherCurrency(judged, judged.reserve),
  ],
  ['cancelled', isCancelled],
  ['duplicate', ({ reserve, entry }) => isRemembered(reserve.counters, entry)],
  [
    'claimedLate',
    ({ reserve, context }) => reserve.status === 'closed' || isClaimingOver(context.now, reserve),
  ],
  ['conflict', ({ reserve, entry }) => findContradiction(reserve.counters, entry) !== undefined],
  [
    'frozen',
    (judged) => judged.reserve.status === 'frozen' && wasAnnounced(judged, judged.reserve),
  ],
  ['revoked', (judged) => wasAnnounced(judged, judged.reserve)],
  ['notYet', (judged) => isAhead(judged, judged.context)],
  ['expired', (judged) => isExpired(judged, judged.reserve)],
  ['overLimit', (judged) => isOverLimit(judged, judged.reserve)],
];

function fraudOf({ reserve, entry, context }: Case): FraudRow | undefined {
  const found = findContradiction(reserve.counters, entry);
  if (found === undefined) return undefined;
  const { customerId, deviceId, bankId, epoch } = reserve;
  return {
    customerId,
    deviceId,
    bankId,
    epoch,
    kind: found.kind,
    settled: voucherName(found.remembered),
    contradicting: voucherName(entry),
    merchantId: context.merchantId,
    at: context.now,
  };
}

/** Applies a verdict to the reserve. */
function applyVerdict(verdict: Verdict, judged: Case): Settlement {
  const { reserve, request, entry } = judged;
  const base = { verdict, reserve, credit: '0', request, entry };
  if (verdict === 'settled')
    return { ...base, reserve: payOut(reserve, entry), credit: entry.amount };
  const fraud = verdict === 'conflict' ? fraudOf(judged) : undefined;
  return fraud === undefined ? base : { ...base, reserve: freezeReserve(reserve), fraud };
}

/**
 * Judges a parsed claim and applies the verdict to its reserve. A batch passes the reserve on from claim to claim.
 * @param reserve the reserve of the claim's device and epoch, or undefined
 * @param claimed undefined when the claim is malformed
 */
export function settleClaim(
  reserve: ReserveRow | undefined,
  claimed: ReadClaim | undefined,
  context: SettleContext,
): Settlement {
  if (claimed === undefined) return { verdict: 'malformed', reserve, credit: '0' };
  if (reserve === undefined) {
    const { request, entry } = claimed;
    return { verdict: 'unknownReserve', reserve, credit: '0', request, entry };
  }
  const judged: Case = { ...claimed, reserve, context };
  const refusal = REFUSALS.find(([, applies]) => applies(judged));
  return applyVerdict(refusal?.[0] ?? 'settled', judged);
}

/**
 * Judges one voucher and applies the verdict to its reserve. See {@link settleClaim}.
 * @param reserve the reserve of the claim's device and epoch, or undefined
 */
export const settleVoucher = (
  reserve: ReserveRow | undefined,
  claim: VoucherClaim,
  context: SettleContext,
): Settlement =>
  settleClaim(
    reserve,
    unlessMalformed(() => readClaim(claim)),
    context,
  );
