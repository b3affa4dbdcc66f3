// SPDX-License-Identifier: Apache-2.0
// Writes what happened into the book: money from one account to another, once under its key.
import { byCodeUnit } from '@fabric-offline-pay/domain';
import type { CoreBankingDatabase, EntryKind } from '../tables.js';
import { accountId, type AccountName } from './accounts.js';

export interface BookEntry {
  /** Natural: of the request. */
  readonly key: string;
  readonly kind: EntryKind;
  readonly adapter: string;
  readonly token: string;
  readonly currency: string;
  readonly reference: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly from: AccountName;
  readonly to: AccountName;
  /** Minor units, above zero. */
  readonly amount: string;
}

/** @param at milliseconds since 1970 @returns the day in UTC, `2026-11-29` */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

const linesOf = ({ from, to, amount }: BookEntry) => [
  { account_id: accountId(from), amount: `-${amount}` },
  { account_id: accountId(to), amount },
];

/**
 * Both accounts must exist. Call it in a transaction: the database looks at its end whether the lines add to 0.
 * @returns false when there is such an entry already; nothing is written then.
 * @throws when an account would fall below zero that must not.
 */
export async function postEntry(db: CoreBankingDatabase, entry: BookEntry): Promise<boolean> {
  const { key, kind, adapter, token, currency, reference, at } = entry;
  const head = { kind, adapter, token, currency, reference };
  const inserted = await db
    .insertInto('book_entries')
    .values({ entry_key: key, ...head, day: dayOf(at), booked_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .returning('entry_key')
    .executeTakeFirst();
  if (inserted === undefined) return false;
  // Accounts are locked in one order, so that transactions on a server never wait for each other in a circle.
  const lines = linesOf(entry).sort((a, b) => byCodeUnit(a.account_id, b.account_id));
  await db
    .insertInto('book_postings')
    .values(lines.map((line, index) => ({ entry_key: key, line: index + 1, ...line })))
    .execute();
  return true;
}
