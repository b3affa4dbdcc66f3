// SPDX-License-Identifier: Apache-2.0
// Stores the ledger's verdicts on vouchers, in one piece with the end of their batch.
import type { LedgerVerdict } from '@fabric-offline-pay/domain';
import type { Change } from '../store/store.js';
import type { TerminalContext } from './context.js';
import type { TerminalEvent } from './events.js';
import {
  batches,
  payments,
  proofs,
  waiting,
  type AcceptedPayment,
  type BatchRecord,
  type PaymentStatus,
} from './records.js';

/** The reserve, or a top-up of it, may not have reached the peers yet. */
const NOT_FINAL: ReadonlySet<LedgerVerdict> = new Set([
  'unknownReserve',
  'unknownCertificate',
  'notYet',
]);

/** A duplicate was settled before for the same payee: no other payee can claim a voucher. */
const PAID: ReadonlySet<LedgerVerdict> = new Set(['settled', 'duplicate']);

function statusAfter(
  verdict: LedgerVerdict,
  { claimUntil }: AcceptedPayment,
  now: number,
): PaymentStatus {
  if (PAID.has(verdict)) return 'settled';
  return NOT_FINAL.has(verdict) && now <= claimUntil ? 'waiting' : 'refused';
}

const withVerdict = (
  payment: AcceptedPayment,
  verdict: LedgerVerdict,
  now: number,
): AcceptedPayment => ({
  ...payment,
  verdict,
  status: statusAfter(verdict, payment, now),
  attempts: payment.attempts + (NOT_FINAL.has(verdict) ? 1 : 0),
});

function changesOf(payment: AcceptedPayment): readonly Change[] {
  const { orderNumber, voucherDigest, status, verdict } = payment;
  const { certificate, voucher, requestPayload } = payment;
  const own = { certificate, voucher, requestPayload };
  const proof = { voucherDigest, orderNumber, own, first: null, proof: null, submitted: false };
  return [
    payments.put(payment, orderNumber),
    ...(status === 'waiting' ? [] : [waiting.remove(orderNumber)]),
    ...(verdict === 'conflict' ? [proofs.put(proof, voucherDigest)] : []),
  ];
}

const eventOf = (payment: AcceptedPayment, verdict: LedgerVerdict): TerminalEvent | undefined => {
  if (payment.status === 'settled') return { kind: 'settled', payment };
  return payment.status === 'refused' ? { kind: 'refused', payment, verdict } : undefined;
};

/** One payment, and the ledger's verdict on it. */
export interface Judgement {
  readonly payment: AcceptedPayment;
  readonly verdict: LedgerVerdict;
}

/** @returns the payments with their new status. */
export async function recordVerdicts(
  { store, clock, events, inTurn }: TerminalContext,
  judgements: readonly Judgement[],
  batch?: BatchRecord,
): Promise<readonly AcceptedPayment[]> {
  const now = clock();
  const after = judgements.map(({ payment, verdict }) => withVerdict(payment, verdict, now));
  const ended = batch === undefined ? [] : [batches.remove(batch.batchId)];
  await inTurn(() => store.write([...after.flatMap(changesOf), ...ended]));
  judgements.forEach(({ verdict }, index) => {
    const event = after[index] && eventOf(after[index], verdict);
    if (event !== undefined) events.emit(event);
  });
  return after;
}
