// SPDX-License-Identifier: Apache-2.0
// Payees' balances as the ledger has them, and what changed them: the transactions of each pay-out.
import { ROWS, type RowValue } from '@fabric-offline-pay/domain';
import { addRows } from '@fabric-offline-pay/node-common/node';
import { rowChange, type CommittedTransaction, type RowChange } from '@fabric-offline-pay/sdk';
import type { Selectable } from 'kysely';
import type { OpenCreditTable, PayeeBalanceTable } from '../database/pay-out-tables.js';
import type { BankDatabase } from '../database/schema.js';
import { entriesOf, subjectOfCredit, type NewEntry, type PayeeTransaction } from './entries-of.js';
import { redemptionOf, type PayeeMoney } from './keys.js';
import { isPaidBy } from './store.js';

type Checkpoint = RowValue<'checkpoint'>;
type Balance = Selectable<PayeeBalanceTable>;

/** A transaction of the ledger, with its block. */
export interface Followed {
  readonly block: number;
  readonly transaction: CommittedTransaction;
  readonly changes: readonly RowChange[];
  readonly bankId: string;
}

const emptyBalance = ({ payeeId, currency }: Checkpoint): Balance => ({
  ...{ payee_id: payeeId, currency, balance: '0', debts: '[]', opening: '0' },
  ...{ entries: 0, paid_to: 0 },
});

const findBalance = (db: BankDatabase, { payeeId, currency }: PayeeMoney) =>
  db
    .selectFrom('payee_balances')
    .selectAll()
    .where('payee_id', '=', payeeId)
    .where('currency', '=', currency)
    .executeTakeFirst();

async function writeBalance(db: BankDatabase, balance: Balance): Promise<void> {
  await db
    .insertInto('payee_balances')
    .values(balance)
    .onConflict((conflict) => conflict.columns(['payee_id', 'currency']).doUpdateSet(balance))
    .execute();
}

/** Credits that wait for their roll-up, gathered and written together. */
export class OpenCredits {
  readonly #db: BankDatabase;
  #noted: OpenCreditTable[] = [];

  constructor(db: BankDatabase) {
    this.#db = db;
  }

  note(
    [payeeId = '', currency = '', at = '', id = '']: readonly string[],
    { amount, order }: RowValue<'credit'>,
    block: number,
  ): void {
    this.#noted.push({
      ...{ credit_key: ROWS.credit.key(payeeId, currency, at, id), payee_id: payeeId, currency },
      ...{ about: subjectOfCredit(order, id), amount, credited_in: block },
    });
  }

  async write(): Promise<void> {
    const noted = this.#noted;
    this.#noted = [];
    await addRows(this.#db, 'open_credits', noted, 'credit_key');
  }
}

/** @returns the credits that the transaction removed, since it rolled them up, in the order of their keys */
async function takeCredits(db: BankDatabase, open: OpenCredits, { transaction }: Followed) {
  const keys = transaction.changes
    .filter(({ key, value }) => value === null && key.startsWith(ROWS.credit.prefix()))
    .map(({ key }) => key);
  if (keys.length === 0) return [];
  await open.write();
  const taken = await db
    .deleteFrom('open_credits')
    .where('credit_key', 'in', keys)
    .returningAll()
    .execute();
  return taken.sort((a, b) => keys.indexOf(a.credit_key) - keys.indexOf(b.credit_key));
}

interface Redeemed {
  readonly redeemId: string;
  readonly amount: string;
}

/** What the transaction redeemed of this payee, if it did. */
function redeemedOf({ changes }: Followed, { payeeId, currency }: PayeeMoney) {
  for (const { kind, parts, row } of changes) {
    if (kind !== 'supply' || row === null || row.kind !== 'redeem') continue;
    const { payeeId: redeemedOf, redeemId } = redemptionOf(parts[3] ?? '');
    if (redeemedOf === payeeId && row.currency === currency)
      return { redeemId, amount: row.amount } satisfies Redeemed;
  }
  return undefined;
}

async function addEntries(
  db: BankDatabase,
  { payee_id, currency, entries: last }: Balance,
  entries: readonly NewEntry[],
  { block, transaction }: Followed,
): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(({ kind, about, amount, creditedIn }, index) => ({
    ...{ payee_id, currency, number: last + index + 1, kind, about, amount: amount.toString() },
    ...{ credited_in: creditedIn, counted_in: block, transaction_id: transaction.transactionId },
  }));
  await db.insertInto('payee_entries').values(rows).execute();
}

/** Ends a pay-out's transactions. @returns the balance from which the next ones count */
async function endWith(
  db: BankDatabase,
  balance: Balance,
  { redeemId, amount }: Redeemed,
  { block, transaction }: Followed,
): Promise<Balance> {
  const { payee_id, currency, opening, paid_to, entries } = balance;
  await db
    .insertInto('payee_redemptions')
    .values({
      ...{ payee_id, currency, redeem_id: redeemId, amount, opening, closing: balance.balance },
      ...{ first_entry: paid_to + 1, last_entry: entries, redeemed_in: block },
      transaction_id: transaction.transactionId,
    })
    .execute();
  return { ...balance, opening: balance.balance, paid_to: entries };
}

/** @returns whether it differs from what was known */
async function followCheckpoint(
  db: BankDatabase,
  row: Checkpoint,
  credits: PayeeTransaction['credits'],
  followed: Followed,
): Promise<boolean> {
  const before = (await findBalance(db, row)) ?? emptyBalance(row);
  const next = { ...before, balance: row.balance, debts: JSON.stringify(row.debts) };
  const isOther = next.balance !== before.balance || next.debts !== before.debts;
  if (!(await isPaidBy(db, followed.bankId, row.payeeId))) {
    // Another bank pays it. Should it come to this one, its transactions count from here.
    await writeBalance(db, { ...next, opening: next.balance });
    return isOther;
  }
  const redeemed = redeemedOf(followed, row);
  const debts = JSON.parse(before.debts) as Checkpoint['debts'];
  const entries = entriesOf({ balance: before.balance, debts }, row, {
    ...followed,
    credits,
    redeemed: BigInt(redeemed?.amount ?? 0),
  });
  await addEntries(db, before, entries, followed);
  const counted = { ...next, entries: before.entries + entries.length };
  await writeBalance(
    db,
    redeemed === undefined ? counted : await endWith(db, counted, redeemed, followed),
  );
  return isOther;
}

/** @returns the payees whose money is another than before, which may let a refused pay-out go on */
export async function followBalances(
  db: BankDatabase,
  open: OpenCredits,
  followed: Followed,
): Promise<readonly PayeeMoney[]> {
  const changed: PayeeMoney[] = [];
  const credits = await takeCredits(db, open, followed);
  for (const change of followed.changes) {
    if (change.kind === 'credit' && change.row !== null)
      open.note(change.parts, change.row, followed.block);
    if (change.kind !== 'checkpoint' || change.row === null) continue;
    const { payeeId, currency } = change.row;
    const own = credits.filter(
      (credit) => credit.payee_id === payeeId && credit.currency === currency,
    );
    if (await followCheckpoint(db, change.row, own, followed)) changed.push({ payeeId, currency });
  }
  return changed;
}

/** The changes of a transaction, of rows that this version knows. */
export const changesOf = ({ changes }: CommittedTransaction): readonly RowChange[] =>
  changes.flatMap((change) => rowChange(change) ?? []);
