// SPDX-License-Identifier: Apache-2.0
// Accepting a payment: judged, made durable, and only then shown.
import {
  acceptVoucher,
  bytesToText,
  coseDigest,
  decodeDeviceCertificate,
  decodePresented,
  DomainError,
  ensure,
  findContradiction,
  parseCose,
  toAmount,
  withEntry,
  type AcceptedVoucher,
  type DeviceCertificate,
  type ErrorCode,
  type ErrorDetails,
  type Presented,
} from '@fabric-offline-pay/domain';
import type { Store } from '../store/store.js';
import type { TerminalContext } from './context.js';
import { entryOf, proofText, proveContradiction, sideOf } from './fraud.js';
import {
  payments,
  proofs,
  requests,
  waiting,
  type AcceptedPayment,
  type RequestRecord,
} from './records.js';
import { putSeen, seenOf } from './seen.js';
import { bulletinOf, trustedIssuers } from './trust.js';

/** The payment is not accepted: what for, and what to do. */
export interface Rejection {
  readonly accepted: false;
  readonly code: ErrorCode;
  /** Stable number of the code, see `docs/errors.md`. */
  readonly number: number;
  readonly message: string;
  readonly remedy: string;
  readonly details: ErrorDetails;
}

/** The payment is accepted and kept: the goods may go. */
export interface Accepted {
  readonly accepted: true;
  /** The terminal had accepted this voucher before. */
  readonly repeated: boolean;
  readonly payment: AcceptedPayment;
}

export type Acceptance = Accepted | Rejection;

const rejection = (error: DomainError): Rejection => {
  const { code, number, message, remedy, details } = error;
  return { accepted: false, code, number, message, remedy, details };
};

/** What a device handed over, read but not believed yet. */
interface Handed extends Presented {
  readonly certificateContent: DeviceCertificate;
  /** Base64url. */
  readonly voucherDigest: string;
}

/** @throws {DomainError} OFFLINE_MALFORMED */
function readHanded(bytes: Uint8Array): Handed {
  const presented = decodePresented(bytes);
  const { payload } = parseCose('offpay/device-certificate', presented.certificate);
  return {
    ...presented,
    certificateContent: decodeDeviceCertificate(payload),
    voucherDigest: bytesToText(coseDigest(parseCose('offpay/voucher', presented.voucher))),
  };
}

/** @throws {DomainError} what `acceptVoucher` refuses; OFFLINE_BULLETIN_MISSING without a bulletin of the payer's bank. */
async function judge(
  store: Store,
  channel: string,
  request: RequestRecord,
  handed: Handed,
  now: number,
): Promise<AcceptedVoucher> {
  const { bankId } = handed.certificateContent;
  const bulletin = await bulletinOf(store, bankId);
  ensure(bulletin !== undefined, 'OFFLINE_BULLETIN_MISSING', { bankId });
  const view = { channel, issuers: await trustedIssuers(store), bulletin, now };
  const remembered = await seenOf(store, handed.certificateContent);
  return acceptVoucher(view, Buffer.from(request.payload, 'base64'), handed, remembered);
}

function paymentOf(
  { request, certificate, voucher }: AcceptedVoucher,
  handed: Handed,
  { payload: requestPayload, termsDigest }: RequestRecord,
  now: number,
): AcceptedPayment {
  const { bankId, customerId, deviceId, epoch, claimUntil } = certificate;
  return {
    ...{ bankId, customerId, deviceId, epoch, claimUntil, requestPayload, termsDigest },
    orderNumber: request.orderNumber,
    amount: toAmount(request.amount),
    currency: request.currency,
    counter: voucher.counter,
    acceptedAt: now,
    status: 'waiting',
    verdict: null,
    attempts: 0,
    voucherDigest: handed.voucherDigest,
    voucher: Buffer.from(handed.voucher).toString('base64'),
    certificate: Buffer.from(handed.certificate).toString('base64'),
  };
}

async function requestOf(store: Store, orderNumber: string): Promise<RequestRecord> {
  const request = await requests.get(store, orderNumber);
  ensure(request !== undefined, 'OFFLINE_REQUEST_MISMATCH', { orderNumber, reason: 'not asked' });
  return request;
}

async function keep(
  { store }: TerminalContext,
  accepted: AcceptedVoucher,
  payment: AcceptedPayment,
): Promise<void> {
  const before = await seenOf(store, accepted.certificate);
  await store.write([
    payments.put(payment, payment.orderNumber),
    waiting.put(payment.orderNumber, payment.orderNumber),
    putSeen(withEntry(before, accepted.entry), accepted.certificate),
  ]);
}

/** The terminal holds both vouchers: the proof needs no ledger. */
async function keepEvidence(
  { store, trust, events }: TerminalContext,
  request: RequestRecord,
  handed: Handed,
): Promise<void> {
  const { voucherDigest, certificateContent } = handed;
  const side = { ...handed, requestPayload: Buffer.from(request.payload, 'base64') };
  const found = findContradiction(await seenOf(store, certificateContent), entryOf(side));
  const all = await payments.list(store);
  const first = all.find(({ voucherDigest }) => voucherDigest === found?.remembered.digest);
  if (first === undefined) return;
  const sides = [sideOf(first), side] as const;
  const proof = await proveContradiction(store, trust.roots, certificateContent.bankId, sides);
  const { orderNumber } = request;
  const record = { voucherDigest, orderNumber, proof: proofText(proof), submitted: false };
  await store.write([proofs.put(record, voucherDigest)]);
  events.emit({ kind: 'doubleSpend', orderNumber, voucherDigest });
}

async function judgedNow(
  context: TerminalContext,
  request: RequestRecord,
  handed: Handed,
): Promise<AcceptedVoucher> {
  const { store, till, clock } = context;
  try {
    return await judge(store, till.channel, request, handed, clock());
  } catch (error) {
    if (error instanceof DomainError && error.code === 'OFFLINE_DOUBLE_SPEND')
      await keepEvidence(context, request, handed);
    throw error;
  }
}

/** @throws {DomainError} the refusal. */
async function accepted(
  context: TerminalContext,
  orderNumber: string,
  bytes: Uint8Array,
): Promise<Accepted> {
  const request = await requestOf(context.store, orderNumber);
  const handed = readHanded(bytes);
  const before = await payments.get(context.store, orderNumber);
  if (before?.voucherDigest === handed.voucherDigest)
    return { accepted: true, repeated: true, payment: before };
  const voucher = await judgedNow(context, request, handed);
  ensure(before === undefined, 'IDEMPOTENCY_CONFLICT', { orderNumber, reason: 'paid before' });
  const payment = paymentOf(voucher, handed, request, context.clock());
  await keep(context, voucher, payment);
  context.events.emit({ kind: 'accepted', payment });
  return { accepted: true, repeated: false, payment };
}

/**
 * @param bytes voucher and certificate, as the device handed them over
 * @returns the acceptance, durable by now, or why there is none.
 * @throws {OfflineError} STORE_FAILED: not accepted; the same bytes may be presented again.
 */
export async function acceptPayment(
  context: TerminalContext,
  orderNumber: string,
  bytes: Uint8Array,
): Promise<Acceptance> {
  try {
    return await accepted(context, orderNumber, bytes);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    context.events.emit({ kind: 'rejected', orderNumber, code: error.code });
    return rejection(error);
  }
}
