// SPDX-License-Identifier: Apache-2.0
// An order to deliver that was paid without a network. It is the merchant's express leg, in which the voucher replaces login
// and signature and the held money comes from the reserve.
import {
  beginningOf,
  ensure,
  ensureDistinctLines,
  ensureTermsAddUp,
  newOrder,
  nextState,
  OFFLINE_LOGIN,
  settleVoucher,
  termsDigest,
  verdictNumberOf,
  type ParsedInputOf as InputOf,
  type OrderEvent,
  type OrderRow,
  type OrderState,
  type OrderTerms,
  type PaymentRequest,
  type ReserveRow,
  type Settlement,
  type TermsRow,
  type Verdict,
  type VoucherClaim,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { accountRow } from '../shared/accounts.js';
import { putTerms } from '../shared/beginning.js';
import { activeDevice } from '../shared/devices.js';
import { CaseBook } from '../shared/frauds.js';
import { verifyOrder } from '../shared/merchant-leg.js';
import { batchIdOfDelivery } from '../shared/payments.js';
import { decideRelease } from '../shared/placing.js';
import { putReserve, reserveRow } from '../shared/reserves.js';
import { quoteRow } from '../shared/rows.js';
import { readLimits } from '../shared/standing.js';
import { keptStatements } from '../shared/statements.js';
import { bytesOf } from './issued.js';
import { recordConflict } from './settle.js';
import { timesOf } from './times.js';

type OrderInput = InputOf<'offline', 'order'>;

interface Answer {
  readonly state: OrderState;
  readonly verdict: number;
}

/** The state of a quoted order after these events. */
const passing = (...events: OrderEvent[]): OrderState =>
  events.reduce<OrderState>(nextState, 'quoted');

function ensureOffline(call: Call, terms: OrderTerms): void {
  ensureTermsAddUp(terms);
  ensureDistinctLines(terms.lines);
  ensure(terms.channel === call.channel, 'INPUT_INVALID', { field: 'terms.channel' });
  ensure(terms.loginId === OFFLINE_LOGIN, 'INPUT_INVALID', { field: 'terms.loginId' });
}

/** The device must have paid for exactly these terms. @throws {DomainError} OFFLINE_REQUEST_MISMATCH. */
function ensureAnswersTerms(request: PaymentRequest, terms: OrderTerms): void {
  const { purpose } = request;
  const digest =
    purpose.kind === 'delivery' ? Buffer.from(purpose.termsDigest).toString('hex') : '';
  const agrees = {
    purpose: digest === termsDigest(terms),
    amount: request.amount.toString() === terms.total,
    orderNumber: request.orderNumber === terms.orderNumber,
  };
  const field = Object.entries(agrees).find(([, equal]) => !equal)?.[0];
  ensure(field === undefined, 'OFFLINE_REQUEST_MISMATCH', { field });
}

const claimOf = ({ voucher, request }: OrderInput): VoucherClaim => ({
  voucher: bytesOf(voucher),
  requestPayload: bytesOf(request),
});

async function judge(call: Call<OrderInput>, reserve: ReserveRow): Promise<Settlement> {
  const { merchantId, currency } = call.input.terms;
  const context = { channel: call.channel, merchantId, currency, ...(await timesOf(call)) };
  return settleVoucher(reserve, claimOf(call.input), context);
}

/** Writes the terms. The voucher takes the place of the customer's signature. */
function putSigned(
  call: Call<OrderInput>,
  rest: Pick<TermsRow, 'bankId' | 'release' | 'statements'>,
): TermsRow {
  const { terms, deviceId, voucher: signature } = call.input;
  return putTerms(call, { terms, signature, deviceId, ...rest });
}

const answerOf = ({ state }: OrderRow, verdict: Verdict): Answer => ({
  state,
  verdict: verdictNumberOf(verdict),
});

/** Records where the voucher was settled. Its money is held, and a capture credits it. */
function putPayment(call: Call<OrderInput>, counter: number): void {
  const { terms, deviceId, epoch } = call.input;
  const { merchantId, orderNumber, customerId, currency, total } = terms;
  const batchId = batchIdOfDelivery(orderNumber);
  call.store.put('batch', {
    merchantId,
    batchId,
    currency,
    transactionId: call.transactionId,
    settled: [{ customerId, deviceId, epoch, vouchers: [[orderNumber, counter, total]] }],
    at: call.now,
    receipt: null,
  });
}

/** The device spent twice. Nothing was handed over yet, so the order ends here. */
async function refuse(
  call: Call<OrderInput>,
  settlement: Settlement,
  reserve: ReserveRow,
): Promise<Answer> {
  const { terms } = call.input;
  const { bankId } = reserve;
  const cases = new CaseBook(call, reserve);
  const after = await recordConflict(cases, reserve, claimOf(call.input), settlement);
  if (after !== reserve) putReserve(call, after);
  const state = passing('payOffline', 'refuseVoucher');
  const order = newOrder(terms, { state, mode: 'express', bankId, hold: null });
  call.store.put('order', order);
  putSigned(call, { bankId, release: null, statements: null });
  return answerOf(order, settlement.verdict);
}

/**
 * A block or a revoked device stops the order at once, because nothing was handed over yet. Goods taken along would still be
 * paid.
 * @throws {DomainError} CUSTOMER_BLOCKED or DEVICE_UNKNOWN.
 */
async function ensureMayPay(call: Call<OrderInput>): Promise<void> {
  const { terms, deviceId } = call.input;
  const { customerId } = terms;
  const { status } = await accountRow(call, customerId);
  ensure(status === 'active', 'CUSTOMER_BLOCKED', { customerId });
  await activeDevice(call, { customerId, deviceId });
}

/** Verifies the order like any other, and holds what the reserve paid out. */
async function accept(call: Call<OrderInput>, bankId: string, counter: number): Promise<Answer> {
  const { terms, statement } = call.input;
  await ensureMayPay(call);
  const quoted = await quoteRow(call, terms);
  const merchant = await verifyOrder(call, terms, quoted);
  const own = (await readLimits(call, terms.customerId)).release;
  const release = await decideRelease(call, terms, own, merchant);
  putPayment(call, counter);
  const statements = keptStatements(terms, statement, quoted);
  return answerOf(beginningOf(putSigned(call, { bankId, release, statements })), 'settled');
}

export async function order(call: Call<OrderInput>): Promise<Answer> {
  const { terms, deviceId, epoch } = call.input;
  ensureOffline(call, terms);
  const reserve = await reserveRow(call, { customerId: terms.customerId, deviceId, epoch });
  const settlement = await judge(call, reserve);
  const { verdict, request, entry } = settlement;
  const stands = verdict === 'settled' || verdict === 'conflict';
  ensure(stands && request !== undefined && entry !== undefined, 'VOUCHER_REFUSED', {
    verdict,
  });
  ensureAnswersTerms(request, terms);
  if (verdict !== 'settled') return refuse(call, settlement, reserve);
  putReserve(call, settlement.reserve ?? reserve);
  return accept(call, reserve.bankId, entry.counter);
}
