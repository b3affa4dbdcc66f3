// SPDX-License-Identifier: Apache-2.0
// Express: after login, one transaction of each organisation, three in all, through the same units to the same final state.
import type { OrderState } from '@fabric-offline-pay/domain';
import { Passages } from './passages.js';
import {
  CAPTURE_ID,
  claimOf,
  isSettling,
  termsOf,
  type PipelineParties,
  type PipelineResult,
  type Purchase,
} from './purchase.js';
import { withCustomer } from './with-customer.js';

/**
 * Takes a purchase through the patent's units in three transactions: the logistics company's, the merchant's, the bank's.
 * @returns the state of the order: `released` or `captured` when paid, `blocked` when an alarm is open
 * @throws {RefusedError} by the first leg that refuses. Nothing of that leg happened
 */
export async function runExpress(
  parties: PipelineParties,
  purchase: Purchase,
): Promise<PipelineResult> {
  const { cashier, dispatcher, bankNode } = parties;
  const { merchantId, orderNumber } = purchase.basket;
  const passages = new Passages(parties);
  const asked = {
    basket: purchase.basket,
    statement: purchase.logisticsStatement,
  };
  const transient = { ...purchase.addresses };
  const quote = await passages.note('express:quote', () =>
    dispatcher.express.quote(asked, { transient }),
  );
  const terms = termsOf(purchase, quote, purchase.choose(quote));
  const signature = await purchase.sign(terms);
  const order = {
    terms,
    signature,
    statement: purchase.merchantStatement,
    ...claimOf(purchase),
  };
  const placed: { state: OrderState } = await withCustomer(purchase, terms, () =>
    passages.note('express:order', () => cashier.express.order(order)),
  );
  if (purchase.claim === null) return passages.end(placed.state);
  if (isSettling(bankNode))
    return passages.end(await bankNode.settled({ merchantId, orderNumber }));
  const claim = { merchantId, orderNumber, captureId: CAPTURE_ID };
  const settled = await passages.note('express:settle', () => bankNode.express.settle(claim));
  return passages.end(settled.state);
}
