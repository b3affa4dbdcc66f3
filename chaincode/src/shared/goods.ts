// SPDX-License-Identifier: Apache-2.0
// The goods of a basket or an order: every line with its registration, read once per call.
import {
  categoriesOf,
  ensureGoodsAsPicked,
  found,
  goodsDifferences,
  partitionOf,
  type BasketLine,
  type Currency,
  type Difference,
  type GoodsRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { standardsOf } from './judging.js';

/** A basket, or the terms that an order was placed with. */
interface Picked {
  readonly merchantId: string;
  readonly currency: Currency;
  readonly lines: readonly BasketLine[];
}

export interface PickedGoods {
  readonly line: BasketLine;
  readonly row: GoodsRow;
}

/** @throws {DomainError} GOODS_UNKNOWN. */
export async function goodsOf(
  call: Call,
  { merchantId, lines }: Pick<Picked, 'merchantId' | 'lines'>,
): Promise<PickedGoods[]> {
  const goods: PickedGoods[] = [];
  for (const line of lines) {
    const row = await call.store.get('goods', merchantId, line.gtin);
    goods.push({ line, row: found(row, 'GOODS_UNKNOWN', { gtin: line.gtin }) });
  }
  return goods;
}

/** Units 8 and 11: checks that the goods are as the customer picked them. @throws {DomainError} one of GOODS_AS_PICKED. */
export async function verifyGoodsAsPicked(call: Call, picked: Picked): Promise<PickedGoods[]> {
  const goods = await goodsOf(call, picked);
  const standards = await standardsOf(call);
  for (const { line, row } of goods) ensureGoodsAsPicked(line, row, picked.currency, standards);
  return goods;
}

/** Unit 9: the categories of the goods, by their registrations. */
export const categoriesIn = (goods: readonly Pick<PickedGoods, 'row'>[]): string[] =>
  categoriesOf(partitionOf(goods.map(({ row }) => row)));

/** Unit 15: the differences between the current registrations and the lines. */
export async function differencesOfGoods(call: Call, picked: Picked): Promise<Difference[]> {
  const goods = await goodsOf(call, picked);
  return goods.flatMap(({ line, row }) => goodsDifferences(line, row, picked.currency));
}
