// SPDX-License-Identifier: Apache-2.0
// Accepting a payment: judged, made durable, and only then shown.
import {
  DomainError,
  ensure,
  findContradiction,
  type AcceptedVoucher,
} from '@fabric-offline-pay/domain';
import { ordinal } from '../device/records.js';
import type { Store } from '../store/store.js';
import {
  judge,
  paymentOf,
  readHanded,
  rejection,
  seenOf,
  type Acceptance,
  type Accepted,
  type Handed,
} from './acceptance.js';
import type { TerminalContext } from './context.js';
import { entryOf, proofText, proveContradiction, sideOf } from './fraud.js';
import {
  payments,
  proofs,
  requests,
  seen,
  waiting,
  type AcceptedPayment,
  type RequestRecord,
} from './records.js';

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
  const { customerId, deviceId, epoch } = accepted.certificate;
  const before = await seenOf(store, accepted.certificate);
  const remembered = [...before, accepted.entry].sort((a, b) => a[0] - b[0]);
  await store.write([
    payments.put(payment, payment.orderNumber),
    waiting.put(payment.orderNumber, payment.orderNumber),
    seen.put(remembered, customerId, deviceId, ordinal(epoch)),
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
  const first = all.find(({ voucherDigest }) => voucherDigest === found?.remembered[1]);
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
