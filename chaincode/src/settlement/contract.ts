// SPDX-License-Identifier: Apache-2.0
// Settlement on the ledger: issue, hold, capture, release, void, refund, dispute, roll-up, redeem (unit 14).
import {
  addAmounts,
  ensure,
  found,
  holds,
  limitsIn,
  nextState,
  timeKey,
  type ParsedInputOf as InputOf,
  type OrderKey,
  type OrderRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { captureAmount, holdOf, releasedAtMatch } from '../shared/capturing.js';
import { contractOf } from '../ledger/contract.js';
import { checkpointRow, creditPayees, debitPayee } from '../shared/payees.js';
import { authenticatedLogin, credit, placeHold } from '../shared/placing.js';
import { merchantRow, orderRow, policyRow, termsRow } from '../shared/rows.js';
import { putSupply } from '../shared/supply.js';
import { totals } from './totals.js';

/** Credit entries rolled up in one transaction: bounded, so that its range stays cheap to check again. */
const ROLL_UP_LIMIT = 500;

/** No refund of a merchant can have this key: identifiers begin with a letter or digit. */
const DISPUTE_REFUND = '~dispute';

const write = (call: Call, order: OrderRow) => {
  call.store.put('order', order);
  return { state: order.state };
};

function linkInstrument(call: Call<InputOf<'settlement', 'linkInstrument'>>) {
  const { customerId, token, kind } = call.input;
  call.store.put('instrument', { customerId, token, kind });
  return Promise.resolve({});
}

async function issue(call: Call<InputOf<'settlement', 'issue'>>) {
  const { issueId, customerId, token, currency, amount } = call.input;
  limitsIn(await policyRow(call), currency);
  found(await call.store.get('instrument', customerId, token), 'INSTRUMENT_UNKNOWN', { token });
  putSupply(call, 'issue', issueId, { account: customerId, currency, amount });
  await credit(call, customerId, currency, amount);
  return {};
}

async function authorise(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  const { terms } = await termsRow(call, order);
  const login = await authenticatedLogin(call, terms);
  const hold = await placeHold(call, terms, login, await merchantRow(call, order.merchantId));
  return write(call, { ...order, hold, state: nextState(order.state, 'authorise') });
}

/** Unit 14. */
async function capture(call: Call<InputOf<'settlement', 'capture'>>) {
  const { captureId, amount } = call.input;
  return write(call, captureAmount(call, await orderRow(call, call.input), captureId, amount));
}

async function release(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  const state = nextState(order.state, order.state === 'refunded' ? 'releaseRest' : 'release');
  ensure(order.delivery === 'delivered', 'RELEASE_NOT_DUE', { delivery: order.delivery });
  const { hold, credits } = holds.release(holdOf(order));
  creditPayees(call, order, hold.currency, credits, 'release');
  return write(call, { ...order, hold, state });
}

/** Gives back what was never captured: everything (void, expire), or the rest of a partly captured hold. */
async function giveBack(call: Call<OrderKey>, order: OrderRow, event: 'void' | 'expire') {
  const { hold, returned } = holds.voidRest(holdOf(order));
  await credit(call, order.customerId, hold.currency, returned);
  const state = nextState(order.state, order.state === 'partiallyCaptured' ? 'voidRest' : event);
  return write(call, releasedAtMatch({ ...order, hold, state }));
}

const voidHold = async (call: Call<OrderKey>) =>
  giveBack(call, await orderRow(call, call.input), 'void');

async function expire(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  const { expiresAt } = holdOf(order);
  ensure(call.now >= expiresAt, 'HOLD_NOT_EXPIRED', { expiresAt });
  return giveBack(call, order, 'expire');
}

/** Refunds out of the hold, or out of the merchant's balance once that has the money. */
async function refundAmount(
  call: Call<OrderKey>,
  order: OrderRow,
  refundId: string,
  amount: string,
): Promise<OrderRow> {
  const before = holdOf(order);
  const hold = holds.refund(before, refundId, amount);
  if (holds.isReleased(before)) await debitPayee(call, order.merchantId, hold.currency, amount);
  await credit(call, order.customerId, hold.currency, amount);
  return { ...order, hold, disputedFrom: null, state: nextState(order.state, 'refund') };
}

async function refund(call: Call<InputOf<'settlement', 'refund'>>) {
  const { refundId, amount } = call.input;
  const order = await orderRow(call, call.input);
  ensure(order.state !== 'disputed', 'DISPUTED');
  return write(call, await refundAmount(call, order, refundId, amount));
}

async function dispute(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  const state = nextState(order.state, 'dispute');
  return write(call, { ...order, disputedFrom: order.state, state });
}

/** An upheld dispute gives back all that was never released, or else the merchant's part out of its balance. */
async function upholdDispute(call: Call<OrderKey>, order: OrderRow): Promise<OrderRow> {
  const before = holdOf(order);
  if (holds.isReleased(before))
    return refundAmount(call, order, DISPUTE_REFUND, holds.refundable(before));
  const { hold, returned } = holds.unwind(before);
  await credit(call, order.customerId, hold.currency, returned);
  return { ...order, hold, disputedFrom: null, state: nextState(order.state, 'refund') };
}

/** A rejected dispute counts against the customer's history. */
async function resolveDispute(call: Call<InputOf<'settlement', 'resolveDispute'>>) {
  const order = await orderRow(call, call.input);
  const before = found(order.disputedFrom ?? undefined, 'STATE_CONFLICT', { state: order.state });
  if (call.input.decision === 'uphold') return write(call, await upholdDispute(call, order));
  call.store.put(
    'history',
    { kind: 'dispute', at: call.now },
    order.customerId,
    `${order.merchantId}~${order.orderNumber}`,
    'dispute',
  );
  return write(call, { ...order, disputedFrom: null, state: before });
}

/** Entries that reach the ledger late, under a time that was rolled up before, are found by the next roll-up. */
async function rollUp(call: Call<InputOf<'settlement', 'rollUp'>>) {
  const { payeeId, currency, until } = call.input;
  ensure(until <= call.now, 'ROLL_UP_TOO_EARLY', { until, now: call.now });
  const checkpoint = await checkpointRow(call, payeeId, currency);
  const entries = await call.store.rangeUntil(
    'credit',
    [payeeId, currency],
    timeKey(until + 1),
    ROLL_UP_LIMIT,
  );
  const balance = addAmounts(checkpoint.balance, ...entries.map((entry) => entry.value.amount));
  for (const entry of entries) call.store.remove(entry.key);
  if (entries.length > 0) call.store.put('checkpoint', { ...checkpoint, balance });
  return {
    entries: entries.length,
    balance,
    done: entries.length < ROLL_UP_LIMIT,
  };
}

async function redeem(call: Call<InputOf<'settlement', 'redeem'>>) {
  const { redeemId, payeeId, currency, amount } = call.input;
  const balance = await debitPayee(call, payeeId, currency, amount);
  putSupply(call, 'redeem', redeemId, { account: payeeId, currency, amount });
  return { balance };
}

async function readPayee(call: Call<InputOf<'settlement', 'readPayee'>>) {
  const { payeeId, currency } = call.input;
  const checkpoint = await checkpointRow(call, payeeId, currency);
  const open = await call.store.range('credit', [payeeId, currency]);
  return {
    balance: checkpoint.balance,
    open: addAmounts(...open.map((entry) => entry.value.amount)),
    now: call.now,
  };
}

export const SettlementContract = contractOf('settlement', {
  linkInstrument,
  issue,
  authorise,
  capture,
  release,
  void: voidHold,
  expire,
  refund,
  dispute,
  resolveDispute,
  rollUp,
  redeem,
  readAccount: async (call) => {
    const { customerId, currency } = call.input;
    return (
      (await call.store.get('account', customerId, currency)) ?? {
        customerId,
        currency,
        available: '0',
      }
    );
  },
  readPayee,
  totals,
});
