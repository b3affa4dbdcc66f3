// SPDX-License-Identifier: Apache-2.0
// How an order begins. Its first row follows from its basket or its terms, and is not written before the first change.
import { found } from '../base/errors.js';
import { isPlaced, type BasketRow, type OrderRow, type TermsRow } from '../ledger/rows.js';
import type { Hold, OrderTerms } from '../ledger/order-shapes.js';
import { openHold } from '../settlement/hold.js';

type Ordered = Pick<OrderTerms, 'merchantId' | 'orderNumber' | 'customerId' | 'logisticsId'>;

/** The first row of an order. Nothing is delivered, compared or disputed yet. */
export const newOrder = (
  { merchantId, orderNumber, customerId, logisticsId }: Ordered,
  {
    state,
    mode,
    bankId,
    hold,
    claimed,
  }: Pick<OrderRow, 'state' | 'mode' | 'bankId' | 'hold' | 'claimed'>,
): OrderRow => ({
  merchantId,
  orderNumber,
  state,
  dispute: null,
  mode,
  customerId,
  bankId,
  logisticsId,
  delivery: 'awaiting',
  deliveredAt: null,
  verification: 'none',
  hold,
  ...(claimed !== undefined && { claimed }),
  settled: null,
});

/** The hold of an order that has no row of its own yet. */
const firstHold = ({ terms, release, placedAt }: TermsRow): Hold =>
  openHold(terms, found(release ?? undefined, 'INTERNAL', { row: 'order' }), placedAt);

/**
 * @returns the order while it has no row of its own: a basket, or an order placed by an express leg
 * @throws {DomainError} INTERNAL for terms whose order has its own row from the beginning: placed stepwise, or refused.
 */
export const beginningOf = (row: BasketRow | TermsRow): OrderRow =>
  isPlaced(row)
    ? newOrder(row.terms, {
        state: 'categoryChecked',
        mode: 'express',
        bankId: row.bankId,
        hold: firstHold(row),
        ...(row.claimed !== undefined && { claimed: row.claimed }),
      })
    : newOrder(row.basket, {
        state: 'basket',
        mode: 'stepwise',
        bankId: row.bankId,
        hold: null,
      });
