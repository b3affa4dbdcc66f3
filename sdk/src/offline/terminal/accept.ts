// SPDX-License-Identifier: Apache-2.0
// Accepts a payment: checks it, stores it durably, and only then reports it as accepted.
import {
  acceptVoucher,
  bytesToText,
  coseDigest,
  decodeDeviceCertificate,
  DomainError,
  ensure,
  parseCose,
  toAmount,
  unpackPayment,
  withEntry,
  type AcceptedVoucher,
  type Bulletin,
  type DeviceCertificate,
  type ErrorCode,
  type ErrorDetails,
  type Presented,
} from '@fabric-offline-pay/domain';
import { fromBase64, toBase64 } from '../base64.js';
import type { Store } from '../store/store.js';
import type { TerminalContext } from './context.js';
import { isCancelled } from './former-requests.js';
import { keepEvidence, type Refused } from './keep-evidence.js';
import { latestChange, latestSince } from './latest-time.js';
import {
  payments,
  requests,
  waiting,
  type AcceptedPayment,
  type RequestRecord,
} from './records.js';
import { signReceipt } from './receipt.js';
import { putSeen, seenOf } from './seen.js';
import { ensureWithinLimits } from './till-limits.js';
import { bulletinOf, trustedIssuers } from './trust.js';
import { readWaiting } from './waiting.js';

/** The payment is not accepted. `message` says why, `remedy` what to do. */
export interface Rejection {
  readonly accepted: false;
  readonly code: ErrorCode;
  /** Stable number of the code, see `docs/errors.md`. */
  readonly number: number;
  readonly message: string;
  readonly remedy: string;
  readonly details: ErrorDetails;
}

/** The payment is accepted and stored. The merchant may hand over the goods. */
export interface Accepted {
  readonly accepted: true;
  /** Whether the terminal had accepted this voucher before. */
  readonly repeated: boolean;
  readonly payment: AcceptedPayment;
  /** The terminal's signed receipt for the device, for a QR code or a file. */
  readonly receipt: Buffer;
}

/** The terminal's answer to a payment. */
export type Acceptance = Accepted | Rejection;

const rejection = (error: DomainError): Rejection => {
  const { code, number, message, remedy, details } = error;
  return { accepted: false, code, number, message, remedy, details };
};

/** What a device handed over, read but not verified yet. */
interface Handed extends Presented {
  readonly certificateContent: DeviceCertificate;
  /** Base64url. */
  readonly voucherDigest: string;
}

/** @throws {DomainError} OFFLINE_MALFORMED */
function readHanded(bytes: Uint8Array, { payload: asked }: RequestRecord): Handed {
  const presented = unpackPayment(bytes, fromBase64(asked));
  const { payload } = parseCose('offpay/device-certificate', presented.certificate);
  return {
    ...presented,
    certificateContent: decodeDeviceCertificate(payload),
    voucherDigest: bytesToText(coseDigest(parseCose('offpay/voucher', presented.voucher))),
  };
}

/** An accepted voucher, and the bulletin of the payer's bank that it was checked with. */
interface Judged extends AcceptedVoucher {
  readonly bulletin: Bulletin;
}

/** @throws {DomainError} what `acceptVoucher` refuses; OFFLINE_BULLETIN_MISSING without a bulletin of the payer's bank */
async function judge(
  store: Store,
  channel: string,
  request: RequestRecord,
  handed: Handed,
  now: number,
): Promise<Judged> {
  const { bankId } = handed.certificateContent;
  const bulletin = await bulletinOf(store, bankId);
  ensure(bulletin !== undefined, 'OFFLINE_BULLETIN_MISSING', { bankId });
  const latest = await latestSince(store, bulletin);
  const view = { channel, issuers: await trustedIssuers(store), bulletin, now, latest };
  const remembered = await seenOf(store, handed.certificateContent);
  const payload = fromBase64(request.payload);
  return { ...acceptVoucher(view, payload, handed, remembered), bulletin };
}

function acceptedPayment(
  { request, certificate, voucher }: AcceptedVoucher,
  handed: Handed,
  { payload: requestPayload, termsDigest }: RequestRecord,
  now: number,
): AcceptedPayment {
  const { bankId, customerId, deviceId, epoch, claimUntil } = certificate;
  return {
    bankId,
    customerId,
    deviceId,
    epoch,
    claimUntil,
    requestPayload,
    termsDigest,
    orderNumber: request.orderNumber,
    amount: toAmount(request.amount),
    currency: request.currency,
    counter: voucher.counter,
    acceptedAt: now,
    status: 'waiting',
    verdict: null,
    attempts: 0,
    voucherDigest: handed.voucherDigest,
    voucher: toBase64(handed.voucher),
    certificate: toBase64(handed.certificate),
  };
}

async function requestOf(store: Store, orderNumber: string): Promise<RequestRecord> {
  const request = await requests.get(store, orderNumber);
  ensure(request !== undefined, 'OFFLINE_REQUEST_MISMATCH', { orderNumber, reason: 'not asked' });
  return request;
}

async function storePayment(
  { store }: TerminalContext,
  accepted: Judged,
  payment: AcceptedPayment,
): Promise<void> {
  const before = await seenOf(store, accepted.certificate);
  const latest = await latestChange(store, accepted.bulletin, payment.acceptedAt);
  await store.write([
    payments.put(payment, payment.orderNumber),
    waiting.put(payment.orderNumber, payment.orderNumber),
    putSeen(withEntry(before, accepted.entry), accepted.certificate),
    ...latest,
  ]);
}

const refusedOf = ({ orderNumber, payload }: RequestRecord, handed: Handed): Refused => ({
  orderNumber,
  voucherDigest: handed.voucherDigest,
  device: handed.certificateContent,
  certificate: toBase64(handed.certificate),
  voucher: toBase64(handed.voucher),
  requestPayload: payload,
});

async function judgeAndKeepEvidence(
  context: TerminalContext,
  request: RequestRecord,
  handed: Handed,
): Promise<Judged> {
  const { store, till, clock } = context;
  try {
    return await judge(store, till.channel, request, handed, clock());
  } catch (error) {
    if (error instanceof DomainError && error.code === 'OFFLINE_DOUBLE_SPEND')
      await keepEvidence(context, refusedOf(request, handed));
    throw error;
  }
}

/** Checks the merchant's own limits after the bank's rules, because what the bank's rules refuse stays refused. */
async function ensureTillMay(
  { store, limits }: TerminalContext,
  { request }: Judged,
  asked: RequestRecord,
): Promise<void> {
  if (limits === undefined) return;
  ensureWithinLimits(limits, (await readWaiting(store)).found, asked, request.createdAt);
}

const makeAcceptance = async (
  { till }: TerminalContext,
  payment: AcceptedPayment,
  repeated: boolean,
): Promise<Accepted> => ({
  accepted: true,
  repeated,
  payment,
  receipt: await signReceipt(till, payment),
});

/** @throws {DomainError} the refusal. */
async function accept(
  context: TerminalContext,
  orderNumber: string,
  bytes: Uint8Array,
): Promise<Accepted> {
  const request = await requestOf(context.store, orderNumber);
  const handed = readHanded(bytes, request);
  const before = await payments.get(context.store, orderNumber);
  if (before?.voucherDigest === handed.voucherDigest) return makeAcceptance(context, before, true);
  ensure(!(await isCancelled(context, request)), 'OFFLINE_CANCELLED', { orderNumber });
  const voucher = await judgeAndKeepEvidence(context, request, handed);
  ensure(before === undefined, 'IDEMPOTENCY_CONFLICT', { orderNumber, reason: 'paid before' });
  await ensureTillMay(context, voucher, request);
  const payment = acceptedPayment(voucher, handed, request, context.clock());
  await storePayment(context, voucher, payment);
  context.events.emit({ kind: 'accepted', payment });
  return makeAcceptance(context, payment, false);
}

/**
 * @param bytes voucher and certificate, as the device handed them over
 * @returns the acceptance, already stored, or the rejection
 * @throws {OfflineError} STORE_FAILED: the payment is not accepted, and the same bytes may be presented again
 */
export async function acceptPayment(
  context: TerminalContext,
  orderNumber: string,
  bytes: Uint8Array,
): Promise<Acceptance> {
  try {
    return await accept(context, orderNumber, bytes);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    context.events.emit({ kind: 'rejected', orderNumber, code: error.code });
    return rejection(error);
  }
}
