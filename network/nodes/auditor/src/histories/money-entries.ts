// SPDX-License-Identifier: Apache-2.0
// The money of customers and payees, row by row: which rows hold whose money is data.
import { holdingsOf, type Part } from '../money/holdings.js';
import type { Row } from '../rows/read-row.js';
import type { Kind } from '../rows/row-kinds.js';
import type { OwnRow } from './history-table.js';
import {
  changesOf,
  type RowOfKind,
  type SeenChange,
  type SeenTransaction,
} from './seen-transaction.js';

interface Holder {
  readonly holder_kind: 'customer' | 'payee';
  readonly holder: string;
}

const customer = (holder: string): Holder => ({ holder_kind: 'customer', holder });
const payee = (holder: string): Holder => ({ holder_kind: 'payee', holder });

/** Whose money each kind of row holds. */
const HOLDERS = {
  account: ({ value }) => customer(value.customerId),
  terms: ({ value }) => customer(('terms' in value ? value.terms : value.basket).customerId),
  order: ({ value }) => customer(value.customerId),
  reserve: ({ value }) => customer(value.customerId),
  credit: ({ parts: [payeeId = ''] }) => payee(payeeId),
  checkpoint: ({ value }) => payee(value.payeeId),
} as const satisfies { readonly [Of in Kind]?: (row: RowOfKind<Of>) => Holder };

type HoldingKind = keyof typeof HOLDERS;

const HOLDING_KINDS = Object.keys(HOLDERS) as readonly HoldingKind[];

const holderOf = (row: RowOfKind<HoldingKind>): Holder =>
  (HOLDERS[row.kind] as (row: Row) => Holder)(row);

/** Of one row, by currency and part. */
function amountsIn(row: Row | undefined): ReadonlyMap<string, bigint> {
  const amounts = new Map<string, bigint>();
  for (const { currency, part, units } of row === undefined ? [] : holdingsOf(row)) {
    const name = `${currency}/${part}`;
    amounts.set(name, (amounts.get(name) ?? 0n) + units);
  }
  return amounts;
}

function changedAmounts({
  key,
  before,
  after,
}: SeenChange<HoldingKind>): OwnRow<'money_changes'>[] {
  const row = after ?? before;
  if (row === undefined) return [];
  const [old, now] = [amountsIn(before), amountsIn(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  return names.flatMap((name) => {
    const [currency = '', part = ''] = name.split('/') as [string, Part];
    const [was, is] = [old.get(name) ?? 0n, now.get(name) ?? 0n];
    if (was === is) return [];
    const amounts = {
      before: was.toString(),
      after: is.toString(),
      delta: (is - was).toString(),
    };
    return [{ ...holderOf(row), part, row: key, currency, ...amounts }];
  });
}

/** A payout that was asked for moves no money yet. */
function payouts({ key, before, after }: SeenChange<'payout'>): OwnRow<'money_changes'>[] {
  const row = after ?? before;
  if (row === undefined) return [];
  const { payeeId, currency } = row.value;
  const amounts = {
    before: before?.value.amount ?? '0',
    after: after?.value.amount ?? '0',
    delta: '0',
  };
  return [{ ...payee(payeeId), part: 'payout', row: key, currency, ...amounts }];
}

/** @returns what a transaction changed of the money of customers and payees */
export const moneyEntries = (seen: SeenTransaction): OwnRow<'money_changes'>[] => [
  ...changesOf(seen, ...HOLDING_KINDS).flatMap(changedAmounts),
  ...changesOf(seen, 'payout').flatMap(payouts),
];

/** @returns what a transaction made or took back for banks */
export const supplyEntries = (seen: SeenTransaction): OwnRow<'supplies'>[] =>
  changesOf(seen, 'supply').flatMap(({ after }) => {
    if (after === undefined) return [];
    const { kind, currency, amount, account } = after.value;
    const [bank_id = '', , , id = ''] = after.parts;
    return [{ bank_id, kind, currency, amount, account, id }];
  });
