// SPDX-License-Identifier: Apache-2.0
// What money a row holds: so that a transaction can be asked whether it made or lost any.
import { sumToUnits, type Sum } from '../base/money.js';
import type { RowKind, RowValue } from '../ledger/row-keys.js';
import { SUPPLY } from '../ledger/rows.js';
import { standing } from '../offline/reserve.js';
import { standing as standingOn } from './hold.js';

/** Signed minor units by currency: money on the ledger counts up, money that a bank made counts down. */
export type Balance = ReadonlyMap<string, bigint>;

type Holding<Kind extends RowKind> = (
  row: RowValue<Kind>,
  key: string,
) => readonly (readonly [currency: string, amount: Sum, sign: 1n | -1n])[];

/** A credit entry says its currency in its key alone: `credit/<payee>/<currency>/…`. */
const currencyOfCredit = (key: string): string => key.split('/')[2] ?? '';

const HOLDINGS: { readonly [Kind in RowKind]?: Holding<Kind> } = {
  account: ({ money }) =>
    Object.entries(money).map(([currency, { available }]) => [currency, available, 1n]),
  order: ({ hold }) => (hold === null ? [] : [[hold.currency, standingOn(hold), 1n]]),
  reserve: (row) => [[row.currency, standing(row), 1n]],
  credit: ({ amount }, key) => [[currencyOfCredit(key), amount, 1n]],
  checkpoint: ({ currency, balance }) => [[currency, balance, 1n]],
  supply: ({ kind, currency, amount }) => [
    [currency, amount, SUPPLY[kind] === 'appears' ? -1n : 1n],
  ],
};

/** One row before and after a transaction; undefined where there is none. */
export interface RowChange {
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

function moneyIn(key: string, row: unknown): ReturnType<Holding<RowKind>> {
  const holding = HOLDINGS[key.slice(0, key.indexOf('/')) as RowKind] as
    Holding<RowKind> | undefined;
  return row === undefined || holding === undefined ? [] : holding(row as never, key);
}

/** @returns by currency what the changes make out of nothing (above zero) or lose (below); empty when money is conserved. */
export function madeBy(changes: readonly RowChange[]): Balance {
  const sums = new Map<string, bigint>();
  const add = (entries: ReturnType<Holding<RowKind>>, direction: bigint): void => {
    for (const [currency, amount, sign] of entries)
      sums.set(currency, (sums.get(currency) ?? 0n) + direction * sign * sumToUnits(amount));
  };
  for (const { key, before, after } of changes) {
    add(moneyIn(key, before), -1n);
    add(moneyIn(key, after), 1n);
  }
  return new Map([...sums].filter(([, sum]) => sum !== 0n));
}
