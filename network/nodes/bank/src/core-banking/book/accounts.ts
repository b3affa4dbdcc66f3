// SPDX-License-Identifier: Apache-2.0
// The accounts of the book: those of customers and payees, by token and currency, and the bank's own.
import type { AccountPurpose, CoreBankingDatabase } from '../tables.js';

/** The adapter whose accounts stand in this book themselves. */
export const EMBEDDED = 'embedded';

/** Names an account. */
export interface AccountName {
  readonly purpose: AccountPurpose;
  /** A token for `account`, otherwise an adapter. */
  readonly owner: string;
  readonly currency: string;
}

export const accountId = ({ purpose, owner, currency }: AccountName): string =>
  [purpose, owner, currency].join('/');

/** Makes the account if there is none. */
export async function ensureAccount(db: CoreBankingDatabase, name: AccountName): Promise<void> {
  await db
    .insertInto('book_accounts')
    .values({ account_id: accountId(name), ...name })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
