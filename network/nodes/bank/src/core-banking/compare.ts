// SPDX-License-Identifier: Apache-2.0
// Compares what the book says of a day with what the hosts say, for the daily reconciliation.
import type { BookLine } from './book/totals.js';
import type { HostEntry } from './core-banking.js';

/** What is not the same on both sides. */
export interface BankingDifference {
  readonly what: 'missing at host' | 'missing in book' | 'differs';
  readonly reference: string;
  /** Key of the request; null when the book knows none. */
  readonly key: string | null;
  /** Minor units; null where it is missing. */
  readonly inBook: string | null;
  readonly atHost: string | null;
}

/** No host hears of these: accounts that were opened here, and completions of mobile money, which was taken before. */
const isAtHost = ({ adapter, kind }: BookLine): boolean =>
  kind !== 'open' && !(adapter === 'mobile-money' && kind === 'complete');

const isSame = (line: BookLine, entry: HostEntry): boolean =>
  line.kind === entry.kind &&
  line.token === entry.token &&
  line.currency === entry.currency &&
  line.amount === entry.amount;

function whatOf(
  line: BookLine | undefined,
  entry: HostEntry | undefined,
): BankingDifference['what'] | undefined {
  if (line === undefined) return 'missing in book';
  if (entry === undefined) return 'missing at host';
  return isSame(line, entry) ? undefined : 'differs';
}

function differenceOf(
  reference: string,
  line: BookLine | undefined,
  entry: HostEntry | undefined,
): readonly BankingDifference[] {
  const what = whatOf(line, entry);
  if (what === undefined) return [];
  const { key = null, amount: inBook = null } = line ?? {};
  return [{ what, reference, key, inBook, atHost: entry?.amount ?? null }];
}

/**
 * Around midnight book and host may put one request on different days: compare what is missing with the day before and after.
 * @param lines {@link bookLines} of the day
 * @param entries `statement` of the day
 * @returns none when both say the same; each by its reference
 */
export function compareWithHosts(
  lines: readonly BookLine[],
  entries: readonly HostEntry[],
): readonly BankingDifference[] {
  const inBook = new Map(lines.filter(isAtHost).map((line) => [line.reference, line]));
  const atHost = new Map(entries.map((entry) => [entry.reference, entry]));
  return [...new Set([...inBook.keys(), ...atHost.keys()])]
    .sort()
    .flatMap((reference) => differenceOf(reference, inBook.get(reference), atHost.get(reference)));
}
