// SPDX-License-Identifier: Apache-2.0
// What the book says, for the daily reconciliation with the ledger and with the hosts.
import type { CoreBankingDatabase, EntryKind } from '../tables.js';

/** All entries of a kind: of one adapter, in one currency. */
export interface BookTotal {
  readonly adapter: string;
  readonly currency: string;
  readonly kind: EntryKind;
  readonly count: number;
  /** Minor units, a sum of any length. */
  readonly sum: string;
}

/** One entry: what a request did. */
export interface BookLine {
  /** Key of the request. */
  readonly key: string;
  readonly adapter: string;
  readonly kind: EntryKind;
  readonly token: string;
  readonly currency: string;
  readonly amount: string;
  /** What the host calls it. */
  readonly reference: string;
}

/** Each entry once, by the line that says where the money came to. */
const entries = (db: CoreBankingDatabase, day?: string) =>
  db
    .selectFrom('book_entries')
    .innerJoin('book_postings', 'book_postings.entry_key', 'book_entries.entry_key')
    .where('book_postings.amount', '>', '0')
    .$if(day !== undefined, (query) => query.where('book_entries.day', '=', day ?? ''));

/** @param day UTC, `2026-11-29`; all days without it. @returns sorted by adapter, currency and kind */
export const bookTotals = (db: CoreBankingDatabase, day?: string): Promise<readonly BookTotal[]> =>
  entries(db, day)
    .select(['adapter', 'currency', 'kind'])
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.sum<string>('amount').as('sum')])
    .groupBy(['adapter', 'currency', 'kind'])
    .orderBy('adapter')
    .orderBy('currency')
    .orderBy('kind')
    .execute();

/** @param day UTC, `2026-11-29` @returns the entries of the day, sorted by key */
export const bookLines = (db: CoreBankingDatabase, day: string): Promise<readonly BookLine[]> =>
  entries(db, day)
    .select(['adapter', 'kind', 'token', 'currency', 'reference', 'amount'])
    .select('book_entries.entry_key as key')
    .orderBy('key')
    .execute();
