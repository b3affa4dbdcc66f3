// SPDX-License-Identifier: Apache-2.0
// How much money a row holds. With this a transaction can check whether it made or lost money.
import { sumToUnits, type Currency, type Sum } from '../base/money.js';
import type { RowKind, RowValue } from '../ledger/row-keys.js';
import { isPlaced, SUPPLY, type OrderRow } from '../ledger/rows.js';
import type { Hold } from '../ledger/order-shapes.js';
import { standing } from '../offline/reserve.js';
import { standing as standingOn } from './hold.js';

/** Signed minor units by currency. Money on the ledger counts as plus, money that a bank made as minus. */
export type Balance = ReadonlyMap<string, bigint>;

/** The kinds of rows that hold money, or record that a bank made or took back money. */
export type MoneyKind =
  'supply' | 'account' | 'terms' | 'order' | 'reserve' | 'credit' | 'checkpoint';

/** The money of one currency in a row. */
export interface Held {
  readonly currency: Currency;
  readonly amount: Sum;
  /** Minus for money that a bank made. */
  readonly sign: 1n | -1n;
}

type Holding<Kind extends RowKind> = (row: RowValue<Kind>, key: string) => readonly Held[];

/** A credit entry has its currency only in its key: `credit/<payee>/<currency>/…`. */
const currencyOfCredit = (key: string): string => key.split('/')[2] ?? '';

const held = (currency: Currency, amount: Sum, sign: Held['sign'] = 1n): Held => ({
  currency,
  amount,
  sign,
});

/** The terms of an express order hold its total for as long as they exist. The order's own row holds the reduction since then. */
const heldByOrder = (mode: OrderRow['mode'], hold: Hold): readonly Held[] => {
  const stands = held(hold.currency, standingOn(hold));
  return mode === 'express' ? [stands, held(hold.currency, hold.authorised, -1n)] : [stands];
};

const HOLDINGS: { readonly [Kind in MoneyKind]: Holding<Kind> } = {
  supply: ({ kind, currency, amount }) => [
    held(currency, amount, SUPPLY[kind] === 'appears' ? -1n : 1n),
  ],
  account: ({ money }) =>
    Object.entries(money).map(([currency, { available }]) => held(currency, available)),
  terms: (row) =>
    isPlaced(row) && row.release !== null ? [held(row.terms.currency, row.terms.total)] : [],
  order: ({ mode, hold }) => (hold === null ? [] : heldByOrder(mode, hold)),
  reserve: (row) => [held(row.currency, standing(row))],
  credit: ({ amount }, key) => [held(currencyOfCredit(key), amount)],
  checkpoint: ({ currency, balance }) => [held(currency, balance)],
};

/** @returns the money that a row holds, in minor units by currency. */
export const heldIn = <Kind extends MoneyKind>(
  kind: Kind,
  row: RowValue<Kind>,
  key: string,
): readonly Held[] => HOLDINGS[kind](row, key);

/** One row before and after a transaction; undefined where there is none. */
export interface RowChange {
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

function heldUnder(key: string, row: unknown): readonly Held[] {
  const kind = key.slice(0, key.indexOf('/'));
  return row === undefined || !Object.hasOwn(HOLDINGS, kind)
    ? []
    : heldIn(kind as MoneyKind, row as never, key);
}

/** @returns by currency the money that the changes create (above zero) or lose (below zero). Empty when money is conserved. */
export function madeBy(changes: readonly RowChange[]): Balance {
  const sums = new Map<string, bigint>();
  const add = (entries: readonly Held[], direction: bigint): void => {
    for (const { currency, amount, sign } of entries)
      sums.set(currency, (sums.get(currency) ?? 0n) + direction * sign * sumToUnits(amount));
  };
  for (const { key, before, after } of changes) {
    add(heldUnder(key, before), -1n);
    add(heldUnder(key, after), 1n);
  }
  return new Map([...sums].filter(([, sum]) => sum !== 0n));
}
