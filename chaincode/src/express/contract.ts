// SPDX-License-Identifier: Apache-2.0
// Express: the same units as stepwise, in one transaction per organisation. All rules are the same.
import {
  basketDigest,
  basketOf,
  beginningOf,
  customerStatement,
  ensure,
  ensureDistinctLines,
  holds,
  isAtLeast,
  nextState,
  statedOtherwise,
  type Difference,
  type ParsedInputOf as InputOf,
  type OrderRow,
  type OrderTerms,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { contractOf } from '../ledger/contract.js';
import { putTerms } from '../shared/beginning.js';
import { captureAmount, holdOf } from '../shared/capturing.js';
import { verifyGoodsAsPicked } from '../shared/goods.js';
import { verifyOrder } from '../shared/merchant-leg.js';
import { ensureSigned, payForHold } from '../shared/placing.js';
import { computeOffers, putQuote } from '../shared/quoting.js';
import { differencesOf, raiseAlarm } from '../shared/reporting.js';
import { orderRow, quoteRow, termsRow } from '../shared/rows.js';
import { keptStatements } from '../shared/statements.js';
import { recordPurchase } from '../shared/storing.js';

/** Units 11 and 1101 to 1104. */
async function quote(call: Call<InputOf<'express', 'quote'>>) {
  const { basket, statement } = call.input;
  ensureDistinctLines(basket.lines);
  await verifyGoodsAsPicked(call, basket);
  const { load, goodsTotal, offers } = await computeOffers(call, basket);
  const digest = basketDigest(basketOf(basket));
  await putQuote(call, basket, {
    basketDigest: digest,
    goodsTotal,
    categories: load.categories,
    offers,
    statement: statedOtherwise(statement, customerStatement({ ...basket, goodsTotal })),
  });
  return { goodsTotal, offers };
}

/** Placing, the hold, and units 8, 9, 15, 10, 12. */
async function order(call: Call<InputOf<'express', 'order'>>) {
  const { terms, signature, statement, claimed } = call.input;
  ensureDistinctLines(terms.lines);
  ensure(isAtLeast(terms.total, claimed ?? '0'), 'HOLD_EXCEEDED', { most: terms.total, claimed });
  const payer = await ensureSigned(call, terms, signature);
  const quoted = await quoteRow(call, terms);
  const merchant = await verifyOrder(call, terms, quoted);
  const release = await payForHold(call, terms, payer, merchant);
  const { bankId } = payer.account;
  const { deviceId } = payer.session;
  const statements = keptStatements(terms, statement, quoted);
  const claim = claimed === undefined ? {} : { claimed };
  const placed = { terms, signature, bankId, deviceId, release, ...claim, statements };
  return { state: beginningOf(putTerms(call, placed)).state };
}

function blockOrder(
  call: Call,
  before: OrderRow,
  differences: readonly Difference[],
  mismatch: boolean,
): OrderRow {
  const compared = nextState(before.state, mismatch ? 'mismatch' : 'match');
  raiseAlarm(call, before, differences);
  return { ...before, state: nextState(compared, 'raiseAlarm'), verification: 'alarm' };
}

type SettleInput = InputOf<'express', 'settle'>;

async function capturePayment(
  call: Call<SettleInput>,
  before: OrderRow,
  terms: OrderTerms,
): Promise<OrderRow> {
  const state = nextState(before.state, 'match');
  const matched: OrderRow = { ...before, state, verification: 'clean' };
  const amount = call.input.amount ?? holds.due(holdOf(matched), before.claimed);
  if (amount === '0') return matched;
  const paid = await captureAmount(call, matched, call.input.captureId, amount);
  recordPurchase(call, paid, terms);
  return paid;
}

/** Units 13, 15 (second pass), then 14 and 17; or 16, when the statements or the goods differ. */
async function settle(call: Call<SettleInput>) {
  const before = await orderRow(call, call.input);
  const row = await termsRow(call, before);
  const { statements, all } = await differencesOf(call, row);
  const after =
    all.length === 0
      ? await capturePayment(call, before, row.terms)
      : blockOrder(call, before, all, statements.length > 0);
  call.store.put('order', after);
  return { state: after.state };
}

export const ExpressContract = contractOf('express', { quote, order, settle });
