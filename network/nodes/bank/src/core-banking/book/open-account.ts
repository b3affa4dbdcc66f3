// SPDX-License-Identifier: Apache-2.0
// Opens and blocks accounts of customers and payees in the book.
import type { CoreBankingDatabase } from '../tables.js';
import { accountId, EMBEDDED, ensureAccount } from './accounts.js';
import { postEntry } from './post-entry.js';

/** A new account of a customer or a payee. */
export interface NewAccount {
  readonly token: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Minor units; `0` for none. */
  readonly balance: string;
}

/**
 * Opens an account with a first balance. Does nothing when it was opened before, whatever its balance is now.
 * @param at milliseconds since 1970
 */
export const openAccount = (
  db: CoreBankingDatabase,
  { token, currency, balance }: NewAccount,
  at: number,
): Promise<void> =>
  db.transaction().execute(async (transaction) => {
    const account = { purpose: 'account', owner: token, currency } as const;
    const opening = { purpose: 'opening', owner: EMBEDDED, currency } as const;
    await ensureAccount(transaction, account);
    if (balance === '0') return;
    await ensureAccount(transaction, opening);
    await postEntry(transaction, {
      key: ['open', token, currency].join('/'),
      kind: 'open',
      adapter: EMBEDDED,
      token,
      currency,
      reference: accountId(account),
      at,
      from: opening,
      to: account,
      amount: balance,
    });
  });

/** A blocked account pays nothing; it still gets money. @returns whether there is such an account */
export async function blockAccount(
  db: CoreBankingDatabase,
  { token, currency }: Pick<NewAccount, 'token' | 'currency'>,
  blocked: boolean,
): Promise<boolean> {
  const [updated] = await db
    .updateTable('book_accounts')
    .set({ blocked })
    .where('account_id', '=', accountId({ purpose: 'account', owner: token, currency }))
    .execute();
  return updated?.numUpdatedRows === 1n;
}
