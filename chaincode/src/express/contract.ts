// SPDX-License-Identifier: Apache-2.0
// Express: the same units as stepwise, packed into one transaction an organisation. Every rule is the stepwise one.
import {
  basketDigest,
  basketOf,
  ensureDistinctLines,
  ensureGoodsAsPicked,
  found,
  holds,
  nextState,
  orderSubject,
  termsDigest,
  type Difference,
  type InputOf,
  type OrderRow,
  type OrderState,
  type OrderTerms,
  type QuoteRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { captureAmount, holdOf } from '../ledger/capturing.js';
import { contractOf } from '../ledger/contract.js';
import { ensureSigned, placeHold } from '../ledger/placing.js';
import { computeOffers } from '../ledger/quoting.js';
import { differencesOf, raiseAlarm } from '../ledger/reporting.js';
import { goodsOfLines, policyRow, quoteRow, termsRow } from '../ledger/rows.js';
import { orderRow, orderStep, step, type Keeping } from '../ledger/steps.js';
import { placingStep, orderFrom, verifyOrder, type Placed } from '../ledger/merchant-leg.js';
import { storePurchase } from '../ledger/storing.js';

type QuoteInput = InputOf<'express', 'quote'>;

async function quoted(call: Call<QuoteInput>): Promise<Omit<QuoteRow, 'receipt'>> {
  const { basket, statement } = call.input;
  ensureDistinctLines(basket.lines);
  const goods = await goodsOfLines(call, basket);
  for (const { line, row } of goods) ensureGoodsAsPicked(line, row, basket.currency);
  const { load, goodsTotal, offers } = await computeOffers(call, basket);
  const policy = await policyRow(call);
  return {
    logisticsId: basket.logisticsId,
    basketDigest: basketDigest(basketOf(basket)),
    goodsTotal,
    categories: load.categories,
    offers,
    expiresAt: call.now + policy.quoteSeconds,
    statement: { ...statement },
  };
}

/** Units 11 and 1101 to 1104. A new quote for the same basket is a repetition; for another basket a conflict. */
const quote = async (call: Call<QuoteInput>) => {
  const { basket } = call.input;
  const key = [basket.merchantId, basket.orderNumber, basket.logisticsId] as const;
  let row: Omit<QuoteRow, 'receipt'> | undefined;
  const receipt: Keeping = {
    read: async () => (await call.store.get('quote', ...key))?.receipt ?? undefined,
    write: (left) => call.store.put('quote', { ...found(row, 'INTERNAL'), receipt: left }, ...key),
  };
  const units = ['11', '1101', '1102', '1103', '1104'] as const;
  return step(call, { subject: orderSubject(basket), units, receipt }, async () => {
    row = await quoted(call);
    const offers = row.offers.map((offer) => ({ ...offer, couriers: [...offer.couriers] }));
    return { goodsTotal: row.goodsTotal, offers };
  });
};

type OrderInput = InputOf<'express', 'order'>;

async function placed(call: Call<OrderInput>): Promise<Placed<{ state: OrderState }>> {
  const { terms, signature, statement } = call.input;
  ensureDistinctLines(terms.lines);
  const login = await ensureSigned(call, terms, signature);
  const quoted = await quoteRow(call, terms);
  const merchant = await verifyOrder(call, terms, quoted);
  const hold = await placeHold(call, terms, login, merchant);
  const logistics = found(quoted.statement ?? undefined, 'STATEMENT_MISSING', {
    party: 'logistics',
  });
  const order = orderFrom(terms, login.bankId, hold);
  return {
    terms: {
      terms,
      digest: termsDigest(terms),
      bankId: login.bankId,
      deviceId: login.deviceId,
      signature,
      placedAt: call.now,
      statements: { merchant: statement, logistics },
    },
    order,
    output: { state: order.state },
  };
}

/** Placing, the hold, and units 8, 9, 15, 10, 12. */
const order = (call: Call<OrderInput>) =>
  placingStep(call, call.input.terms, ['8', '9', '15', '10', '12'], () => placed(call));

function block(
  call: Call,
  before: OrderRow,
  differences: readonly Difference[],
  mismatch: boolean,
): OrderRow {
  const compared = nextState(before.state, mismatch ? 'mismatch' : 'match');
  raiseAlarm(call, before, before.bankId, 'order', differences);
  if (mismatch)
    call.store.put(
      'history',
      { kind: 'mismatch', at: call.now },
      before.customerId,
      `${before.merchantId}~${before.orderNumber}`,
      'mismatch',
    );
  return { ...before, state: nextState(compared, 'raiseAlarm'), verification: 'alarm' };
}

function pay(
  call: Call<InputOf<'express', 'settle'>>,
  before: OrderRow,
  terms: OrderTerms,
): OrderRow {
  const matched: OrderRow = {
    ...before,
    state: nextState(before.state, 'match'),
    verification: 'clean',
  };
  const amount = call.input.amount ?? holds.uncaptured(holdOf(matched));
  const paid = captureAmount(call, matched, call.input.captureId, amount);
  storePurchase(call, paid, terms);
  return paid;
}

const PAID = ['13', '15', '14', '17'] as const;
const BLOCKED = ['13', '15', '16'] as const;

/** Units 13, 15 (second pass), then 14 and 17; or 16, when the statements or the goods differ. */
const settle = (call: Call<InputOf<'express', 'settle'>>) => {
  let after: OrderRow | undefined;
  const receipt: Keeping = {
    read: async () => (await orderRow(call, call.input)).settled ?? undefined,
    write: (left) => {
      const row = { ...found(after, 'INTERNAL'), settled: left };
      call.store.put('order', row, row.merchantId, row.orderNumber);
    },
  };
  return orderStep<InputOf<'express', 'settle'>, { state: OrderState }>(
    call,
    ({ state }) => (state === 'blocked' ? BLOCKED : PAID),
    async () => {
      const before = await orderRow(call, call.input);
      const row = await termsRow(call, before);
      const { statements, all } = await differencesOf(call, row);
      after =
        all.length === 0
          ? pay(call, before, row.terms)
          : block(call, before, all, statements.length > 0);
      return { state: after.state };
    },
    receipt,
  );
};

export const ExpressContract = contractOf('express', { quote, order, settle });
