// SPDX-License-Identifier: Apache-2.0
// The order on the ledger: basket, placing, the three statements and their comparison (unit 13).
import {
  basketDigest,
  basketOf,
  beginningOf,
  compareStatements,
  ensure,
  ensureChoiceQuoted,
  ensureDistinctLines,
  ensureMerchantMaySell,
  isPlaced,
  loginSubject,
  orderSubject,
  QUOTE_ANSWERS,
  termsDigest,
  wholeIn,
  type ParsedInputOf as InputOf,
  type OrderKey,
  type OrderRow,
  type Party,
  type Receipt,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { contractOf } from '../ledger/contract.js';
import { payerOf } from '../shared/accounts.js';
import { putTerms } from '../shared/beginning.js';
import { ensureSigned } from '../shared/placing.js';
import {
  advance,
  basketOfOrder,
  merchantRow,
  orderRow,
  quoteRow,
  receiptOfStep,
  termsRow,
  verifiedCategories,
} from '../shared/rows.js';
import { statementsOf } from '../shared/statements.js';

const PAGE = 1000;

async function openBasket(call: Call<InputOf<'orderNumber', 'openBasket'>>) {
  const basket = call.input;
  const { merchantId, orderNumber } = basket;
  ensureDistinctLines(basket.lines);
  const { bankId } = (await payerOf(call, basket)).account;
  const existing = await call.store.get('terms', merchantId, orderNumber);
  ensure(existing === undefined, 'IDEMPOTENCY_CONFLICT', { orderNumber });
  const row = { basket: basketOf(basket), bankId };
  call.store.put('terms', row);
  return { state: beginningOf(row).state };
}

/** The first pass of unit 15 must be clean. A basket that differs from the registration never becomes an order. */
async function ensureGoodsCompared(call: Call, order: OrderKey): Promise<void> {
  const { output } = await receiptOfStep(call, order, 'alarm:compareGoods');
  ensure(output['clean'] === true, 'VERIFICATION_MISSING', { pass: 'goods' });
}

/** Refuses, before money is held, what units 10 and 12 would refuse anyway. */
async function ensureWillPass(call: Call<InputOf<'orderNumber', 'place'>>): Promise<void> {
  const { terms } = call.input;
  const categories = await verifiedCategories(call, terms);
  ensureMerchantMaySell(await merchantRow(call, terms.merchantId), categories, call.now);
  ensureChoiceQuoted(terms, basketDigest(terms), await quoteRow(call, terms), call.now);
}

async function place(call: Call<InputOf<'orderNumber', 'place'>>) {
  const { terms, signature } = call.input;
  const order = await orderRow(call, terms);
  const basket = await basketOfOrder(call, terms);
  ensure(basketDigest(terms) === basketDigest(basket), 'IDEMPOTENCY_CONFLICT', {
    orderNumber: terms.orderNumber,
  });
  const { account, session } = await ensureSigned(call, terms, signature);
  await receiptOfStep(call, terms, 'goods:verify');
  await ensureGoodsCompared(call, terms);
  await ensureWillPass(call);
  const { bankId } = account;
  const { deviceId } = session;
  putTerms(call, { terms, signature, bankId, deviceId, release: null, statements: null });
  return { state: advance(call, order, 'place') };
}

const state = (party: Party) => async (call: Call<InputOf<'orderNumber', 'stateMerchant'>>) => {
  const { merchantId, orderNumber, statement } = call.input;
  await basketOfOrder(call, call.input);
  call.store.put('statement', statement, merchantId, orderNumber, party);
  return {};
};

/** Unit 13. */
async function compare(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  const differences = compareStatements(await statementsOf(call, await termsRow(call, order)));
  const state = advance(call, order, differences.length === 0 ? 'match' : 'mismatch');
  return { state, differences };
}

async function readTerms(call: Call<OrderKey>) {
  const { terms, signature, bankId, deviceId, placedAt } = await termsRow(call, call.input);
  return { terms, signature, digest: termsDigest(terms), bankId, deviceId, placedAt };
}

/** The order as queries show it. Its receipt is in the trail. */
function withoutReceipt(order: OrderRow): Omit<OrderRow, 'settled'> {
  const { merchantId, orderNumber, state, dispute, mode, customerId, bankId } = order;
  const { logisticsId, delivery, deliveredAt, verification, hold, claimed } = order;
  return {
    merchantId,
    orderNumber,
    state,
    dispute,
    mode,
    customerId,
    bankId,
    logisticsId,
    delivery,
    deliveredAt,
    verification,
    hold,
    ...(claimed !== undefined && { claimed }),
  };
}

/** Every order has a row with its basket or terms. Orders that have changed since also have a row of their own. */
async function listOrders(call: Call<InputOf<'orderNumber', 'listOrders'>>) {
  const { merchantId, after } = call.input;
  const { entries, next } = await call.store.page('terms', [merchantId], after, PAGE);
  const changed = await call.store.page('order', [merchantId], after, PAGE);
  const own = new Map(changed.entries.map(({ value }) => [value.orderNumber, value]));
  const orders = entries.map(({ value }) => {
    const { orderNumber } = isPlaced(value) ? value.terms : value.basket;
    return own.get(orderNumber) ?? beginningOf(value);
  });
  return { orders: orders.map(withoutReceipt), next };
}

/** One entry per unit, or one entry for a step that is not a unit. The answer is in the first entry. */
function entriesOf({ units, ...receipt }: Receipt) {
  const [first = null, ...others] = units;
  const rest = others.map((unit) => ({ ...receipt, unit, output: {} }));
  return [{ ...receipt, unit: first }, ...rest];
}

async function receiptsOf(call: Call, order: OrderRow): Promise<Receipt[]> {
  const { loginId } = await basketOfOrder(call, order);
  const picked = await call.store.get('terms', order.merchantId, order.orderNumber);
  const placed = picked !== undefined && isPlaced(picked) ? picked.receipt : null;
  const ofLogin = await call.store.range('receipt', [loginSubject(loginId)]);
  const quotes = await call.store.range('quote', [order.merchantId, order.orderNumber]);
  const ofOrder = await call.store.range('receipt', [orderSubject(order)]);
  const quoted = quotes.map(
    ({ value }) => value.receipt && wholeIn(value, value.receipt, QUOTE_ANSWERS),
  );
  const ofLegs = [...quoted, placed, order.settled];
  return [
    ...ofLogin.map(({ value }) => value),
    ...ofLegs.flatMap((receipt) => receipt ?? []),
    ...ofOrder.map(({ value }) => value),
  ];
}

async function trail(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  const receipts = (await receiptsOf(call, order)).sort((a, b) => a.at - b.at);
  return { order: withoutReceipt(order), receipts: receipts.flatMap(entriesOf) };
}

export const OrderNumberContract = contractOf('orderNumber', {
  openBasket,
  place,
  stateMerchant: state('merchant'),
  stateLogistics: state('logistics'),
  compare,
  readOrder: async (call) => withoutReceipt(await orderRow(call, call.input)),
  readTerms,
  listOrders,
  trail,
});
