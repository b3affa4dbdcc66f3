// SPDX-License-Identifier: Apache-2.0
// Order lines as one cell writes them: `gtin*quantity@price` joined by semicolons.
import { isGtin, type Amount, type Currency } from '@fabric-offline-pay/domain';
import type * as z from 'zod';
import { cell, DECIMAL, matching } from './cells.js';
import { toMinorUnits } from './row-definition.js';

/** Goods and how many pieces of them. */
export interface GoodsLine {
  readonly gtin: string;
  readonly quantity: number;
}

/** A line with its price. */
export interface PricedLine extends GoodsLine {
  /** Minor units of the row's currency, for one piece. */
  readonly unitPrice: Amount;
}

interface DecimalLine extends GoodsLine {
  readonly price: string;
}

const GOODS = '\\d{13}\\*[1-9]\\d{0,5}';
const list = (line: string): RegExp => new RegExp(`^${line}(?:;${line})*$`);

const splitLine = (line: string): DecimalLine => {
  const [gtin = '', quantity = '', price = ''] = line.split(/[*@]/);
  return { gtin, quantity: Number(quantity), price };
};

const splitLines = (text: string): DecimalLine[] => text.split(';').map(splitLine);

const areDistinctGoods = (lines: readonly GoodsLine[]): boolean =>
  lines.every(({ gtin }) => isGtin(gtin)) &&
  new Set(lines.map(({ gtin }) => gtin)).size === lines.length;

/** Lines with prices, which the row's schema still has to turn into minor units with {@link toPricedLines}. */
export const pricedLines = (description: string) =>
  cell(
    matching(list(`${GOODS}@${DECIMAL}`))
      .transform(splitLines)
      .refine(areDistinctGoods),
    'INPUT_BAD_LINES',
    description,
  );

/** Lines without prices. */
export const goodsLines = (description: string) =>
  cell(
    matching(list(GOODS))
      .transform((text): GoodsLine[] =>
        splitLines(text).map(({ gtin, quantity }) => ({ gtin, quantity })),
      )
      .refine(areDistinctGoods),
    'INPUT_BAD_LINES',
    description,
  );

/** Turns the decimals into minor units, or reports them against the column `lines`. */
export const toPricedLines = (
  context: z.core.$RefinementCtx,
  lines: readonly DecimalLine[],
  currency: Currency,
): PricedLine[] =>
  lines.map(({ gtin, quantity, price }) => ({
    gtin,
    quantity,
    unitPrice: toMinorUnits(context, 'lines', price, currency),
  }));
