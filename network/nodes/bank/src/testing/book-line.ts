// SPDX-License-Identifier: Apache-2.0
// A line of the book, as if a host had been asked for it.
import { ensureAccount } from '../core-banking/book/accounts.js';
import { postEntry } from '../core-banking/book/post-entry.js';
import type { HostEntry } from '../core-banking/core-banking.js';
import type { CoreBankingDatabase } from '../core-banking/tables.js';

/** Where a line stands. */
export interface BookPlace {
  /** ISO 8601. */
  readonly at: string;
  /** Of the host; `cards` unless told. */
  readonly adapter?: string;
  /** Of the key, if there are several of one reference. */
  readonly number?: number;
}

/** The book says that the host did it, under the key `adapter/reference/number`. */
export async function bookLine(
  db: CoreBankingDatabase,
  entry: HostEntry,
  { at, adapter = 'cards', number = 1 }: BookPlace,
): Promise<void> {
  const account = (purpose: 'reserved' | 'elsewhere') =>
    ({ purpose, owner: adapter, currency: entry.currency }) as const;
  const [from, to] = [account('elsewhere'), account('reserved')];
  await db.transaction().execute(async (transaction) => {
    for (const each of [from, to]) await ensureAccount(transaction, each);
    const key = [adapter, entry.reference, number].join('/');
    const posted = { ...entry, key, adapter, at: Date.parse(at), from, to };
    if (!(await postEntry(transaction, posted))) throw new Error(`${key} is in the book already.`);
  });
}
