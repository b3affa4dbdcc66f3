// SPDX-License-Identifier: Apache-2.0
// Settlement on the ledger: issue, hold, capture, release, void, refund, dispute, roll-up, redeem (unit 14).
import {
  ensure,
  holds,
  nextState,
  type ParsedInputOf as InputOf,
  type OrderEvent,
  type OrderKey,
  type OrderRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { credit, payerOf } from '../shared/accounts.js';
import {
  believedFrom,
  captureAmount,
  giveRestBack,
  holdOf,
  isDelivered,
  endCapturing,
} from '../shared/capturing.js';
import { contractOf } from '../ledger/contract.js';
import { takeSuccessBack } from '../shared/history.js';
import { CREDIT_OF, creditPayees, debitPayee } from '../shared/payees.js';
import { payForHold } from '../shared/placing.js';
import { endUndecided } from '../shared/reporting.js';
import { merchantRow, orderRow, policyRow, termsRow } from '../shared/rows.js';
import { agreeDispute, dispute, lapseDispute, resolveDispute } from './disputes.js';
import { confirmIssue, issue, linkInstrument, withdraw } from './issuing.js';
import { bearDebt, readPayee, redeem, requestPayout, rollUp } from './payouts.js';
import { readAccount } from './read-account.js';
import { totals } from './totals.js';

const write = (call: Call, order: OrderRow) => {
  call.store.put('order', order);
  return { state: order.state };
};

async function authorise(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  const { terms } = await termsRow(call, order);
  const payer = await payerOf(call, terms);
  const release = await payForHold(call, terms, payer, await merchantRow(call, order.merchantId));
  const hold = holds.openHold(terms, release, call.now);
  return write(call, { ...order, hold, state: nextState(order.state, 'authorise') });
}

/** How much the merchant takes is its own decision, so it stands on the ledger before the bank acts on it. */
async function claim(call: Call<InputOf<'settlement', 'claim'>>) {
  const order = await orderRow(call, call.input);
  const { claimed } = call.input;
  if (order.claimed === claimed) return { state: order.state };
  holds.ensureClaimable(holdOf(order), claimed);
  return write(call, { ...order, claimed });
}

/** Unit 14. */
async function capture(call: Call<InputOf<'settlement', 'capture'>>) {
  const { captureId, amount } = call.input;
  return write(
    call,
    await captureAmount(call, await orderRow(call, call.input), captureId, amount),
  );
}

/** @throws {DomainError} RELEASE_NOT_DUE. */
async function ensureDelivered(call: Call, order: OrderRow): Promise<void> {
  const due = believedFrom(order, await policyRow(call));
  ensure(isDelivered(order) || (due !== undefined && call.now >= due), 'RELEASE_NOT_DUE', {
    delivery: order.delivery,
    due,
  });
}

/** The event of a release in each state that allows one. */
const RELEASING: Readonly<Partial<Record<OrderRow['state'], OrderEvent>>> = {
  partiallyCaptured: 'releasePart',
  released: 'releaseFee',
  refunded: 'releaseRest',
};

async function release(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  await ensureDelivered(call, order);
  const { hold, credits } = holds.settleDelivery(holdOf(order));
  ensure(hold.released !== holdOf(order).released, 'STATE_CONFLICT', { state: order.state });
  const state = nextState(order.state, RELEASING[order.state] ?? 'release');
  creditPayees(call, order, hold.currency, credits, CREDIT_OF.release);
  return write(call, { ...order, hold, state, delivery: 'delivered' });
}

/** Gives back what was never captured: everything (void, expire), or the rest of a partly captured hold. */
async function giveBack(call: Call<OrderKey>, before: OrderRow, event: 'void' | 'expire') {
  const order = await endUndecided(call, before);
  const isInPart = order.state === 'partiallyCaptured';
  return write(call, await giveRestBack(call, order, isInPart ? 'voidRest' : event));
}

const voidHold = async (call: Call<OrderKey>) =>
  giveBack(call, await orderRow(call, call.input), 'void');

async function expire(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  const { expiresAt } = holdOf(order);
  ensure(call.now >= expiresAt, 'HOLD_NOT_EXPIRED', { expiresAt });
  return giveBack(call, order, 'expire');
}

/** Returns the money for goods that never came, so that no money waits for ever. */
async function returnUndelivered(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  const { deliverBy } = holdOf(order);
  const isLate = deliverBy !== null && call.now >= deliverBy;
  ensure(isLate && order.deliveredAt === null, 'NOT_UNDELIVERED', {
    delivery: order.delivery,
    deliverBy,
  });
  const claimed = await endCapturing(call, order);
  const { hold, returned } = holds.unwind(holdOf(claimed));
  ensure(returned !== '0', 'STATE_CONFLICT', { state: order.state });
  await credit(call, order.customerId, hold.currency, returned);
  await takeSuccessBack(call, order);
  return write(call, { ...claimed, hold, state: nextState(claimed.state, 'returnUndelivered') });
}

/** Refunds from the hold, or from the merchant's balance after the release. */
async function refund(call: Call<InputOf<'settlement', 'refund'>>) {
  const { refundId, amount } = call.input;
  const order = await orderRow(call, call.input);
  ensure(order.state !== 'disputed', 'DISPUTED');
  const before = holdOf(order);
  const hold = holds.refund(before, refundId, amount);
  if (holds.isReleased(before)) await debitPayee(call, order.merchantId, hold.currency, amount);
  await credit(call, order.customerId, hold.currency, amount);
  if (holds.isPaidBack(hold)) await takeSuccessBack(call, order);
  return write(call, { ...order, hold, state: nextState(order.state, 'refund') });
}

export const SettlementContract = contractOf('settlement', {
  linkInstrument,
  issue,
  confirmIssue,
  authorise,
  claim,
  capture,
  release,
  void: voidHold,
  expire,
  refund,
  returnUndelivered,
  dispute,
  agreeDispute,
  resolveDispute,
  lapseDispute,
  rollUp,
  requestPayout,
  redeem,
  bearDebt,
  withdraw,
  readAccount,
  readPayee,
  totals,
});
