// SPDX-License-Identifier: Apache-2.0
// Disputes. The customer's signature opens them, and an operator of its bank or the time decides them. A decision for the
// customer is always paid: from the hold, from the merchant's balance, and the rest as a debt of the merchant.
import {
  addAmounts,
  addSums,
  atMostOfSum,
  disputeText,
  ensure,
  HISTORY_OF,
  holds,
  nextState,
  subtractAmounts,
  subtractSums,
  type Amount,
  type Dispute,
  type Hold,
  type OrderKey,
  type OrderRow,
  type ParsedInputOf as InputOf,
  type Policy,
  type Sum,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { believedFrom, holdOf, endCapturing } from '../shared/capturing.js';
import { putPenalty, takeSuccessBack } from '../shared/history.js';
import { CREDIT_OF, checkpointRow, creditPayees } from '../shared/payees.js';
import { credit } from '../shared/accounts.js';
import { merchantRow, orderRow, policyRow, termsRow } from '../shared/rows.js';
import { ensureSignedByDevice } from '../shared/signing.js';

type DisputeKey = OrderKey & { readonly disputeId: string };

/** No refund of a merchant can have this key, because identifiers begin with a letter or digit. */
const refundKeyOf = (disputeId: string): string => `~${disputeId}`;

/** Goods that never came may be disputed as long as goods that came on the last day. */
const disputableUntil = ({ deliveredAt, hold }: OrderRow, { disputeSeconds }: Policy): number =>
  (deliveredAt ?? hold?.deliverBy ?? 0) + disputeSeconds;

/** The customer's share of the merchant's part that is already in the merchant's balance. An upheld dispute takes it from there. */
const duePart = (hold: Hold): Amount => (holds.isReleased(hold) ? holds.refundable(hold) : '0');

/** Changes the amount that the payee's balance must keep for disputes. */
async function withhold(
  call: Call,
  { merchantId }: OrderRow,
  { currency }: Hold,
  change: (withheld: Sum) => Sum,
): Promise<void> {
  const checkpoint = await checkpointRow(call, merchantId, currency);
  call.store.put('checkpoint', { ...checkpoint, withheld: change(checkpoint.withheld) });
}

/** A delivery that is believed by now has earned its fee, even if nobody asked for the release before the dispute. */
function payBelieved(call: Call, order: OrderRow, policy: Policy): OrderRow {
  const due = believedFrom(order, policy);
  if (due === undefined || call.now < due) return order;
  const { hold, credits } = holds.settleFee(holdOf(order));
  creditPayees(call, order, hold.currency, credits, CREDIT_OF.belief);
  return { ...order, hold, delivery: 'delivered' };
}

/** Opens a dispute. For a partly captured order it returns the uncaptured rest, which can no longer be captured. */
export async function dispute(call: Call<InputOf<'settlement', 'dispute'>>) {
  const { disputeId, signature } = call.input;
  const before = await endCapturing(call, await orderRow(call, call.input));
  const policy = await policyRow(call);
  const state = nextState(before.state, 'dispute');
  const until = disputableUntil(before, policy);
  ensure(call.now <= until, 'DISPUTE_TOO_LATE', { until });
  const text = disputeText(before, disputeId);
  await ensureSignedByDevice(call, await termsRow(call, before), text, signature);
  const order = payBelieved(call, before, policy);
  const hold = holdOf(order);
  const withheld = duePart(hold);
  if (withheld !== '0') await withhold(call, order, hold, (before) => addSums(before, withheld));
  const opened: Dispute = {
    id: disputeId,
    from: order.state,
    openedAt: call.now,
    withheld,
    agreed: false,
  };
  call.store.put('order', { ...order, dispute: opened, state });
  return { state };
}

/** @throws {DomainError} STATE_CONFLICT unless this dispute is open. */
function requireOpenDispute({ state, dispute }: OrderRow, disputeId: string): Dispute {
  ensure(dispute?.id === disputeId, 'STATE_CONFLICT', { state, dispute: dispute?.id });
  return dispute;
}

export async function agreeDispute(call: Call<DisputeKey>) {
  const order = await orderRow(call, call.input);
  const opened = requireOpenDispute(order, call.input.disputeId);
  call.store.put('order', { ...order, dispute: { ...opened, agreed: true } });
  return { state: order.state };
}

interface Decided {
  readonly state: OrderRow['state'];
  readonly returned: Amount;
  readonly owed: Amount;
}

/** Takes the merchant's part from its balance. The merchant owes what the balance lacks. @returns this debt */
async function takeFromMerchant(
  call: Call,
  { merchantId, orderNumber, customerId }: OrderRow,
  { currency }: Hold,
  { withheld }: Dispute,
  amount: Amount,
): Promise<Amount> {
  const checkpoint = await checkpointRow(call, merchantId, currency);
  const paid = atMostOfSum(checkpoint.balance, amount);
  const owed = subtractAmounts(amount, paid);
  const debt = { merchantId, orderNumber, customerId, amount: owed, since: call.now };
  call.store.put('checkpoint', {
    ...checkpoint,
    balance: subtractSums(checkpoint.balance, paid),
    withheld: subtractSums(checkpoint.withheld, withheld),
    debts: owed === '0' ? checkpoint.debts : [...checkpoint.debts, debt],
  });
  return owed;
}

/** Ends the dispute in the customer's favour and pays the customer this amount. */
async function payCustomer(
  call: Call,
  order: OrderRow,
  hold: Hold,
  amount: Amount,
): Promise<OrderRow['state']> {
  await credit(call, order.customerId, hold.currency, amount);
  await takeSuccessBack(call, order);
  const state = nextState(order.state, 'refund');
  call.store.put('order', { ...order, hold, dispute: null, state });
  return state;
}

async function upholdDispute(
  call: Call,
  order: OrderRow,
  opened: Dispute,
  due: Amount,
): Promise<Decided> {
  const { hold: unwound, returned } = holds.unwind(holdOf(order));
  const isDue = due !== '0';
  const hold = isDue ? holds.refundUpheld(unwound, refundKeyOf(opened.id), due) : unwound;
  const owed = isDue ? await takeFromMerchant(call, order, hold, opened, due) : '0';
  const toCustomer = addAmounts(returned, subtractAmounts(due, owed));
  const state = await payCustomer(call, order, hold, toCustomer);
  return { state, returned: toCustomer, owed };
}

/** Gives the merchant back what was withheld for a dispute. */
async function endWithholding(call: Call, order: OrderRow, { withheld }: Dispute): Promise<void> {
  if (withheld === '0') return;
  await withhold(call, order, holdOf(order), (before) => subtractSums(before, withheld));
}

async function rejectDispute(call: Call, order: OrderRow, opened: Dispute): Promise<Decided> {
  await endWithholding(call, order, opened);
  call.store.put('order', { ...order, dispute: null, state: opened.from });
  return { state: opened.from, returned: '0', owed: '0' };
}

/** Upholds a dispute about another bank's merchant with the money on the hold only. It takes nothing from the merchant. */
async function upholdHeld(call: Call, order: OrderRow, opened: Dispute): Promise<Decided> {
  const { hold, returned } = holds.unwind(holdOf(order));
  if (returned === '0') return rejectDispute(call, order, opened);
  await endWithholding(call, order, opened);
  const state = await payCustomer(call, order, hold, returned);
  return { state, returned, owed: '0' };
}

/** Whether the merchant's money may be taken: the merchant has the same bank, or its bank has agreed. */
const isAgreed = async (call: Call, { merchantId, bankId }: OrderRow, { agreed }: Dispute) =>
  agreed || (await merchantRow(call, merchantId)).bankId === bankId;

/** A rejected dispute counts against the customer's history. */
export async function resolveDispute(call: Call<InputOf<'settlement', 'resolveDispute'>>) {
  const { disputeId, decision } = call.input;
  const order = await orderRow(call, call.input);
  const opened = requireOpenDispute(order, disputeId);
  if (decision === 'reject') {
    putPenalty(call, order.customerId, HISTORY_OF.dispute(order, disputeId), 'dispute');
    return rejectDispute(call, order, opened);
  }
  const due = duePart(holdOf(order));
  ensure(due === '0' || (await isAgreed(call, order, opened)), 'CONSENT_MISSING', {
    merchantId: order.merchantId,
  });
  return upholdDispute(call, order, opened, due);
}

/** When nobody decided in time, the policy decides and blames nobody. Another bank's merchant loses only the money on the hold. */
export async function lapseDispute(call: Call<DisputeKey>) {
  const order = await orderRow(call, call.input);
  const opened = requireOpenDispute(order, call.input.disputeId);
  const { decisionSeconds, undecided } = await policyRow(call);
  const due = opened.openedAt + decisionSeconds;
  ensure(call.now >= due, 'DECISION_NOT_DUE', { due });
  if (undecided === 'reject') return rejectDispute(call, order, opened);
  const hold = holdOf(order);
  if (duePart(hold) !== '0' && !(await isAgreed(call, order, opened)))
    return upholdHeld(call, order, opened);
  return upholdDispute(call, order, opened, duePart(hold));
}
