// SPDX-License-Identifier: Apache-2.0
// What the bank states of one moment: what is on the ledger, whose it is, and what its own book says stands against it. All is read in one
// transaction of the database.
import {
  leavesOf,
  liabilitiesOf,
  statementOf,
  sumsOf as owedIn,
  treesOf,
  type AssetKind,
  type BackingAsset,
  type BackingStatement,
  type HeldMoney,
  type Liability,
  type StatedCurrency,
} from '@fabric-offline-pay/domain';
import { sql, type Transaction } from 'kysely';
import { bookTotals, type BookTotal } from '../core-banking/book/totals.js';
import type { BankDatabase, BankTables } from '../database/schema.js';
import { compareLedger } from '../reconciliation/compare-ledger.js';
import { ALWAYS, atOnce, readUntil, type Snapshot } from '../reconciliation/snapshot.js';
import {
  aheadIn,
  backingOf,
  circulatingOf,
  currenciesOf,
  partsOf,
} from '../reconciliation/sums.js';

type Database = Transaction<BankTables>;

/** Ledger and book at one moment. */
export interface BackingSnapshot extends Snapshot {
  /** By adapter. */
  readonly book: readonly BookTotal[];
  /** What the bank owes, sorted. */
  readonly liabilities: readonly Liability[];
}

interface HolderSum {
  readonly currency: string;
  readonly customer_id: string | null;
  readonly payee_id: string | null;
  readonly amount: string;
}

const heldIn =
  (bankId: string) =>
  ({ currency, customer_id, payee_id, amount }: HolderSum): HeldMoney => ({
    ...(customer_id === null
      ? { kind: 'payee', id: payee_id ?? '', bankId: null }
      : { kind: 'customer', id: customer_id, bankId }),
    ...{ currency, amount },
  });

async function readLiabilities(db: Database, bankId: string): Promise<readonly Liability[]> {
  const { rows } = await sql<HolderSum>`
    select currency, customer_id, payee_id, sum(amount::numeric)::text as amount
    from backing_pockets group by currency, customer_id, payee_id
  `.execute(db);
  const payees = await db.selectFrom('payees').selectAll().execute();
  const banks = new Map(payees.map(({ payee_id, bank_id }) => [payee_id, bank_id]));
  return liabilitiesOf(bankId, rows.map(heldIn(bankId)), (payeeId) => banks.get(payeeId));
}

const readBook = (db: BankDatabase): Promise<readonly BookTotal[]> => bookTotals(db);

/** @returns what ledger and book say now */
export const readBackingSnapshot = (db: BankDatabase, bankId: string): Promise<BackingSnapshot> =>
  atOnce(db, async (transaction) => ({
    ...(await readUntil(transaction, ALWAYS)),
    book: await readBook(transaction),
    liabilities: await readLiabilities(transaction, bankId),
  }));

const assetsOf = (
  parts: Partial<Readonly<Record<AssetKind, bigint>>>,
  host: string | null,
): BackingAsset[] =>
  Object.entries(parts)
    .filter(([, units]) => units !== 0n)
    .map(([asset, units]) => ({ asset: asset as AssetKind, host, amount: units.toString() }));

/** At each host what it keeps, and without a host what tellers took and what the bank bears. */
function backingIn(currency: string, { until, book }: BackingSnapshot): BackingAsset[] {
  const adapters = [...new Set(book.map(({ adapter }) => adapter))].sort();
  const { counter, bank } = backingOf(partsOf(currency, { ledger: until.ledger, book: [] }));
  const kept = adapters.flatMap((host) => {
    const own = book.filter(({ adapter }) => adapter === host);
    const { reserved, completed, paidOut } = backingOf(
      partsOf(currency, { ledger: [], book: own }),
    );
    return assetsOf({ reserved, completed, paidOut }, host);
  });
  return [...kept, ...assetsOf({ counter, bank }, null)];
}

function statedIn(currency: string, snapshot: BackingSnapshot): StatedCurrency {
  const { until, items } = snapshot;
  return {
    supply: circulatingOf(partsOf(currency, until)).toString(),
    backing: backingIn(currency, snapshot),
    underWay: aheadIn(currency, compareLedger(ALWAYS, items).underWay).toString(),
  };
}

/** What the bank's books say, by currency. */
export const statedOf = (snapshot: BackingSnapshot): Readonly<Record<string, StatedCurrency>> =>
  Object.fromEntries(
    currenciesOf(snapshot.until.ledger, snapshot.until.book).map((currency) => [
      currency,
      statedIn(currency, snapshot),
    ]),
  );

/** Whose statement it is, and when it is made. */
interface StatementHead extends Pick<BackingStatement, 'bankId' | 'day'> {
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** @param seed of the leaves' blindings, of this statement alone */
export function statementAt(
  { bankId, day, now }: StatementHead,
  snapshot: BackingSnapshot,
  seed: Uint8Array,
): BackingStatement {
  const { ledger, liabilities } = snapshot;
  return statementOf({
    ...{ bankId, day, height: ledger, at: Math.floor(now / 1000), seed },
    stated: statedOf(snapshot),
    trees: treesOf(leavesOf(liabilities, seed)),
    owed: owedIn(liabilities),
  });
}
