// SPDX-License-Identifier: Apache-2.0
// Express: the same units as stepwise, packed into one transaction an organisation. Every rule is the stepwise one.
import {
  basketDigest,
  basketOf,
  ensure,
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
  type TermsRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { captureAmount, holdOf } from '../ledger/capturing.js';
import { contractOf } from '../ledger/contract.js';
import { ensureSigned, placeHold } from '../ledger/placing.js';
import { addressesOf, computeOffers } from '../ledger/quoting.js';
import { differencesOf, raiseAlarm } from '../ledger/reporting.js';
import { goodsOfLines, policyRow, quoteRow, termsRow } from '../ledger/rows.js';
import { orderRow, orderStep, step } from '../ledger/steps.js';
import { storePurchase } from '../ledger/storing.js';
import { orderFrom, verifyOrder } from '../ledger/verifying.js';

/** Units 11 and 1101 to 1104. A new quote for the same basket is a repetition; for another basket a conflict. */
const quote = (call: Call<InputOf<'express', 'quote'>>) => {
  const { basket, statement } = call.input;
  const units = ['11', '1101', '1102', '1103', '1104'] as const;
  return step(
    call,
    { subject: orderSubject(basket), name: `${call.transaction}:${basket.logisticsId}`, units },
    async () => {
      ensureDistinctLines(basket.lines);
      const goods = await goodsOfLines(call, basket);
      for (const { line, row } of goods) ensureGoodsAsPicked(line, row, basket.currency);
      const { load, goodsTotal, offers } = await computeOffers(call, basket);
      await call.store.putPrivate(
        addressesOf(call),
        basket.merchantId,
        basket.orderNumber,
        basket.logisticsId,
      );
      const policy = await policyRow(call);
      const row: QuoteRow = {
        logisticsId: basket.logisticsId,
        basketDigest: basketDigest(basketOf(basket)),
        goodsTotal,
        categories: load.categories,
        offers,
        expiresAt: call.now + policy.quoteSeconds,
        statement: { ...statement },
      };
      call.store.put('quote', row, basket.merchantId, basket.orderNumber, basket.logisticsId);
      const answered = offers.map((offer) => ({ ...offer, couriers: [...offer.couriers] }));
      return { goodsTotal, offers: answered };
    },
  );
};

/** Placing, the hold, and units 8, 9, 15, 10, 12. */
const order = (call: Call<InputOf<'express', 'order'>>) => {
  const { terms, signature, statement } = call.input;
  const { merchantId, orderNumber } = terms;
  const units = ['8', '9', '15', '10', '12'] as const;
  return step(call, { subject: orderSubject(terms), name: call.transaction, units }, async () => {
    ensure(
      (await call.store.get('order', merchantId, orderNumber)) === undefined,
      'IDEMPOTENCY_CONFLICT',
      { orderNumber },
    );
    ensureDistinctLines(terms.lines);
    const login = await ensureSigned(call, terms, signature);
    const quoted = await quoteRow(call, terms);
    const merchant = await verifyOrder(call, terms, quoted);
    const hold = await placeHold(call, terms, login, merchant);
    const logistics = found(quoted.statement ?? undefined, 'STATEMENT_MISSING', {
      party: 'logistics',
    });
    const row: TermsRow = {
      terms,
      digest: termsDigest(terms),
      bankId: login.bankId,
      deviceId: login.deviceId,
      signature,
      placedAt: call.now,
      statements: { merchant: statement, logistics },
    };
    call.store.put('terms', row, merchantId, orderNumber);
    const placed = orderFrom(terms, login.bankId, hold);
    call.store.put('order', placed, merchantId, orderNumber);
    return { state: placed.state };
  });
};

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

async function pay(
  call: Call<InputOf<'express', 'settle'>>,
  before: OrderRow,
  terms: OrderTerms,
): Promise<OrderRow> {
  const matched: OrderRow = {
    ...before,
    state: nextState(before.state, 'match'),
    verification: 'clean',
  };
  const amount = call.input.amount ?? holds.uncaptured(holdOf(matched));
  const paid = await captureAmount(call, matched, call.input.captureId, amount);
  storePurchase(call, paid, terms);
  return paid;
}

const PAID = ['13', '15', '14', '17'] as const;
const BLOCKED = ['13', '15', '16'] as const;

/** Units 13, 15 (second pass), then 14 and 17; or 16, when the statements or the goods differ. */
const settle = (call: Call<InputOf<'express', 'settle'>>) =>
  orderStep<InputOf<'express', 'settle'>, { state: OrderState }>(
    call,
    ({ state }) => (state === 'blocked' ? BLOCKED : PAID),
    async () => {
      const before = await orderRow(call, call.input);
      const row = await termsRow(call, before);
      const { statements, all } = await differencesOf(call, row);
      const after =
        all.length === 0
          ? await pay(call, before, row.terms)
          : block(call, before, all, statements.length > 0);
      call.store.put('order', after, after.merchantId, after.orderNumber);
      return { state: after.state };
    },
  );

export const ExpressContract = contractOf('express', { quote, order, settle });
