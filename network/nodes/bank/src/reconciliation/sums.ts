// SPDX-License-Identifier: Apache-2.0
// Sums by currency: what is on the ledger, and what backs it. Pure.
import { SUPPLY, type SupplyKind } from '@fabric-offline-pay/domain';
import { isSum, type HostEntry } from '../core-banking/core-banking.js';
import type { SupplyOrigin } from '../database/reconciliation-tables.js';
import { inSlices } from '../in-slices.js';
import { aheadOf } from './compare-ledger.js';
import { MOVEMENT_KINDS, SUPPLY_KINDS, type CurrencySums, type UnderWay } from './report.js';

/** A sum of one kind, in one currency. */
export interface KindSum<Kind extends string> {
  readonly kind: Kind;
  readonly currency: string;
  readonly sum: string;
}

export type SupplySum = KindSum<SupplyKind> & { readonly origin: SupplyOrigin };

/** What ledger and book say, of a day or of all days until one. */
export interface Totals {
  readonly ledger: readonly SupplySum[];
  readonly book: readonly KindSum<string>[];
}

const add = (sums: readonly { readonly sum: string }[]): bigint =>
  sums.reduce((total, { sum }) => total + BigInt(sum), 0n);

const byKind = <const Kind extends string>(
  kinds: readonly Kind[],
  sums: readonly KindSum<string>[],
): Record<Kind, string> =>
  Object.fromEntries(
    kinds.map((kind) => [kind, add(sums.filter((each) => each.kind === kind)).toString()]),
  ) as Record<Kind, string>;

function partsOf(currency: string, { ledger, book }: Totals) {
  const supplies = ledger.filter((sum) => sum.currency === currency);
  const counter = supplies.filter(({ origin }) => origin === 'counter');
  return {
    ledger: byKind(SUPPLY_KINDS, supplies),
    counter: byKind(['issue', 'withdraw'], counter),
    book: byKind(
      MOVEMENT_KINDS,
      book.filter((sum) => sum.currency === currency),
    ),
  };
}

type Parts = ReturnType<typeof partsOf>;

/** Minor units that are on the ledger. */
export const circulatingOf = ({ ledger }: Parts): bigint =>
  SUPPLY_KINDS.reduce((sum, kind) => {
    const units = BigInt(ledger[kind]);
    return SUPPLY[kind] === 'appears' ? sum + units : sum - units;
  }, 0n);

/** What backs the currency on the ledger, in minor units. Their sum is the whole. */
export const backingOf = ({ ledger, counter, book }: Parts) => ({
  /** At hosts, and neither completed nor released. */
  reserved: BigInt(book.authorise) - BigInt(book.complete) - BigInt(book.release),
  /** At hosts, and not given back to an instrument. */
  completed: BigInt(book.complete) - BigInt(book.refund),
  /** To payees; at most zero. */
  paidOut: -BigInt(book.payOut),
  /** What tellers took for issues, less what they gave for withdrawals. */
  counter: BigInt(counter.issue) - BigInt(counter.withdraw),
  /** What the bank bears itself. */
  bank: BigInt(ledger.compensate) + BigInt(ledger.bear) - BigInt(ledger.recover),
});

export const wholeOf = (parts: Readonly<Record<string, bigint>>): bigint =>
  Object.values(parts).reduce((sum, part) => sum + part, 0n);

/** By how much one side is ahead of the other in a currency. */
export const aheadIn = (currency: string, underWay: readonly UnderWay[]): bigint =>
  underWay
    .filter((each) => each.currency === currency)
    .reduce((sum, each) => sum + aheadOf(each), 0n);

/** All currencies of these, sorted. */
export const currenciesOf = (
  ...rows: readonly (readonly { readonly currency: string }[])[]
): string[] => [...new Set(rows.flat().map(({ currency }) => currency))].sort();

/** @returns what the entries of a statement come to. What a host wrote that is no sum is named as a difference. */
export async function entrySums(entries: readonly HostEntry[]): Promise<KindSum<string>[]> {
  const sums = new Map<string, KindSum<string>>();
  await inSlices(entries, (entry) => {
    if (!isSum(entry)) return;
    const { kind, currency, amount } = entry;
    const name = `${kind} ${currency}`;
    const sum = BigInt(sums.get(name)?.sum ?? 0) + BigInt(amount);
    sums.set(name, { kind, currency, sum: sum.toString() });
  });
  return [...sums.values()];
}

/** What a report sums up. */
export interface SumsInput {
  readonly day: Totals & { readonly host: readonly KindSum<string>[] };
  readonly until: Totals;
  /** Between ledger and book. */
  readonly underWay: readonly UnderWay[];
}

function sumsOfCurrency(currency: string, { day, until, underWay }: SumsInput): CurrencySums {
  const all = partsOf(currency, until);
  const circulating = circulatingOf(all);
  const backing = wholeOf(backingOf(all));
  const ahead = aheadIn(currency, underWay);
  return {
    day: {
      ...partsOf(currency, day),
      host: byKind(
        MOVEMENT_KINDS,
        day.host.filter((sum) => sum.currency === currency),
      ),
    },
    until: all,
    circulating: circulating.toString(),
    backing: backing.toString(),
    underWay: ahead.toString(),
    unexplained: (backing - circulating - ahead).toString(),
  };
}

export const sumsOf = (input: SumsInput): Record<string, CurrencySums> => {
  const { day, until } = input;
  const currencies = currenciesOf(day.host, until.ledger, until.book);
  return Object.fromEntries(
    currencies.map((currency) => [currency, sumsOfCurrency(currency, input)]),
  );
};

/** The parts of one currency, of all days. */
export { partsOf };
