// SPDX-License-Identifier: Apache-2.0
// What changed a payee's balance: made from its checkpoint before and after a transaction, so that the entries always add up to the
// change. Pure.
import type { Debt, RowValue } from '@fabric-offline-pay/domain';
import type { CommittedTransaction, RowChange } from '@fabric-offline-pay/sdk';
import type { OpenCreditTable, PayeeEntryKind } from '../database/pay-out-tables.js';

/** One entry of a payee, before it has its number. */
export interface NewEntry {
  readonly kind: PayeeEntryKind;
  readonly about: string;
  /** Signed minor units. */
  readonly amount: bigint;
  /** Block of a credit. */
  readonly creditedIn: number | null;
}

/** A checkpoint, as far as entries are made from it. */
export interface BalanceView {
  readonly balance: string;
  readonly debts: readonly Debt[];
}

/** The last part of a credit's key, of credits that are not of one order. */
const BATCHES: Readonly<Record<string, string>> = {
  settle: 'batch',
  compensate: 'compensation',
  recover: 'voucher',
};

/**
 * @param order `merchant~number`, or `merchant~~id` for what is not of one order
 * @param id the last part of the credit's key
 * @returns the subject: `order/merchant/number`, `batch/merchant/id`, …
 */
export function subjectOfCredit(order: string, id: string): string {
  const [merchant = '', ...rest] = order.split('~');
  if (rest[0] !== '') return ['order', merchant, ...rest].join('/');
  const kind = BATCHES[id.slice(order.length + 1)] ?? 'other';
  return [kind, merchant, ...rest.slice(1)].join('/');
}

const orderOf = (debt: { readonly merchantId: string; readonly orderNumber: string }): string =>
  ['order', debt.merchantId, debt.orderNumber].join('/');

/** An order may have several debts, of several times. */
const isSame = (a: Debt, b: Debt): boolean => orderOf(a) === orderOf(b) && a.since === b.since;

const debtsPaid = (before: readonly Debt[], after: readonly Debt[]): NewEntry[] =>
  before.flatMap((debt) => {
    const left = after.find((each) => isSame(each, debt))?.amount ?? '0';
    const amount = BigInt(left) - BigInt(debt.amount);
    return amount === 0n
      ? []
      : [{ kind: 'debt' as const, about: orderOf(debt), amount, creditedIn: null }];
  });

/** What a transaction that takes from a balance is to its payee. */
const TAKERS: Readonly<Record<string, PayeeEntryKind>> = {
  'settlement:refund': 'refund',
  'offline:refund': 'refund',
  'settlement:resolveDispute': 'dispute',
  'settlement:lapseDispute': 'dispute',
};

const ROLL_UP = 'settlement:rollUp';

type Refunded = RowValue<'order'> | RowValue<'offlineRefund'>;

function refundedIn(changes: readonly RowChange[]): Refunded | undefined {
  for (const { kind, row } of changes)
    if ((kind === 'order' || kind === 'offlineRefund') && row !== null) return row;
  return undefined;
}

function restOf(amount: bigint, transaction: CommittedTransaction, changes: readonly RowChange[]) {
  if (amount === 0n) return [];
  const [event] = transaction.events;
  const order = refundedIn(changes);
  const kind = TAKERS[event?.transaction ?? ''] ?? 'other';
  const about = order === undefined ? (event?.subject ?? '') : orderOf(order);
  return [{ kind, about, amount, creditedIn: null }];
}

const sumOf = (entries: readonly NewEntry[]): bigint =>
  entries.reduce((sum, { amount }) => sum + amount, 0n);

/** A transaction, with what of it concerns a payee. */
export interface PayeeTransaction {
  readonly transaction: CommittedTransaction;
  readonly changes: readonly RowChange[];
  /** That it rolled up. */
  readonly credits: readonly Pick<OpenCreditTable, 'about' | 'amount' | 'credited_in'>[];
  /** Minor units that it redeemed. */
  readonly redeemed: bigint;
}

/** @returns entries that together with what was redeemed are the change of the balance */
export function entriesOf(
  before: BalanceView,
  after: BalanceView,
  { transaction, changes, credits, redeemed }: PayeeTransaction,
): readonly NewEntry[] {
  const earned = credits.map(({ about, amount, credited_in: creditedIn }) => ({
    ...{ kind: 'credit' as const, about, amount: BigInt(amount), creditedIn },
  }));
  const isRollUp = transaction.events.some((event) => event.transaction === ROLL_UP);
  const known = [...earned, ...(isRollUp ? debtsPaid(before.debts, after.debts) : [])];
  const change = BigInt(after.balance) - BigInt(before.balance);
  return [...known, ...restOf(change + redeemed - sumOf(known), transaction, changes)];
}
