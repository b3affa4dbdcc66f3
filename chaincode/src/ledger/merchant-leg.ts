// SPDX-License-Identifier: Apache-2.0
// What the merchant's legs do alike, paid online or by voucher: verify goods, merchant and categories, begin the order.
import {
  basketDigest,
  categoriesOf,
  ensureCategoriesAgree,
  ensureChoiceQuoted,
  ensureGoodsAsPicked,
  ensureMerchantMaySell,
  found,
  orderSubject,
  partitionOf,
  type MerchantRow,
  type OrderKey,
  type OrderRow,
  type OrderTerms,
  type QuoteRow,
  type TermsRow,
} from '@fabric-offline-pay/domain';
import type { Call } from './call.js';
import { goodsOfLines, merchantRow } from './rows.js';
import { step, type Keeping, type Outcome, type StepOptions } from './steps.js';

/** Units 8, 9, 15 (first pass), 10 and 12, on goods that are each read once. */
export async function verifyOrder(
  call: Call,
  terms: OrderTerms,
  quoted: QuoteRow,
): Promise<MerchantRow> {
  const goods = await goodsOfLines(call, terms);
  for (const { line, row } of goods) ensureGoodsAsPicked(line, row, terms.currency);
  const categories = categoriesOf(partitionOf(goods.map((entry) => entry.row)));
  const merchant = await merchantRow(call, terms.merchantId);
  ensureMerchantMaySell(merchant, categories, call.now);
  ensureChoiceQuoted(terms, basketDigest(terms), quoted, call.now);
  ensureCategoriesAgree(categories, categories, quoted.categories);
  return merchant;
}

/** An order as the leg leaves it. */
export const orderFrom = (terms: OrderTerms, bankId: string, hold: OrderRow['hold']): OrderRow => ({
  merchantId: terms.merchantId,
  orderNumber: terms.orderNumber,
  state: 'categoryChecked',
  disputedFrom: null,
  mode: 'express',
  customerId: terms.customerId,
  bankId,
  logisticsId: terms.logisticsId,
  delivery: 'awaiting',
  verification: 'none',
  hold,
  settled: null,
});

/** What a leg leaves, and what it answers. */
export interface Placed<Output> {
  readonly terms: Omit<TermsRow, 'receipt'>;
  readonly order: OrderRow;
  readonly output: Output;
}

/** The receipt stands with the terms, which are read only when there is an order already. */
async function orderedBefore(call: Call, { merchantId, orderNumber }: OrderKey) {
  if ((await call.store.get('order', merchantId, orderNumber)) === undefined) return undefined;
  const terms = await call.store.get('terms', merchantId, orderNumber);
  return found(terms?.receipt ?? undefined, 'IDEMPOTENCY_CONFLICT', { orderNumber });
}

/** Begins an order once. */
export function placingStep<Output extends object>(
  call: Call,
  key: OrderKey,
  units: StepOptions<Output>['units'],
  body: () => Promise<Placed<Output>>,
): Promise<Output & Outcome> {
  const { merchantId, orderNumber } = key;
  let row: Placed<Output>['terms'] | undefined;
  const receipt: Keeping = {
    read: () => orderedBefore(call, key),
    write: (left) =>
      call.store.put(
        'terms',
        { ...found(row, 'INTERNAL'), receipt: left },
        merchantId,
        orderNumber,
      ),
  };
  return step(call, { subject: orderSubject(key), units, receipt }, async () => {
    const { terms, order, output } = await body();
    row = terms;
    call.store.put('order', order, merchantId, orderNumber);
    return output;
  });
}
