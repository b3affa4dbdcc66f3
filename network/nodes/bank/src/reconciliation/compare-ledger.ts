// SPDX-License-Identifier: Apache-2.0
// Compares what the ledger says of money that this node made or took back with what the book says. Pure.
import type { SupplyKind } from '@fabric-offline-pay/domain';
import type { MovementKind } from '../core-banking/core-banking.js';
import type { Difference, UnderWay } from './report.js';

/** An entry of one side. */
export interface Side<Kind extends string> {
  readonly kind: Kind;
  readonly currency: string;
  /** Minor units. */
  readonly amount: string;
  /** The customer or payee; null when the book does not know it. */
  readonly account: string | null;
  /** On which this side has it, in UTC. */
  readonly day: string;
}

/** The movements that the ledger has too. What is completed changes nothing there. */
export type PairedMovement = Exclude<MovementKind, 'complete'>;

/** One entry, by its natural key, as both sides have it. */
export interface Item {
  readonly key: string;
  /** Whether this node still works on it. */
  readonly isOpen: boolean;
  readonly ledger: Side<SupplyKind> | null;
  readonly book: Side<PairedMovement> | null;
}

/** What a movement at the host is on the ledger. */
export const SUPPLY_OF: Readonly<Record<PairedMovement, SupplyKind>> = {
  authorise: 'issue',
  release: 'withdraw',
  refund: 'withdraw',
  payOut: 'redeem',
};

/** An entry in one line. */
const entryOf = ({ kind, currency, amount }: Omit<Side<string>, 'account' | 'day'>): string =>
  [kind, currency, amount].join(' ');

type Compared = Difference | UnderWay;

const missing = ({ key, ledger, book }: Item): Difference => ({
  ...{ pair: 'ledger-book', key, field: 'entry' },
  ledger: ledger && entryOf(ledger),
  book: book && entryOf(book),
});

const FIELDS = ['kind', 'currency', 'amount', 'account'] as const;

function differing(key: string, ledger: Side<SupplyKind>, book: Side<PairedMovement>) {
  const expected = { ...book, kind: SUPPLY_OF[book.kind], account: book.account ?? ledger.account };
  return FIELDS.filter((field) => ledger[field] !== expected[field]).map((field): Difference => ({
    ...{ pair: 'ledger-book', key, field, ledger: ledger[field], book: expected[field] },
  }));
}

const underWay = (key: string, side: Side<string>, lacking: 'ledger' | 'book'): UnderWay => ({
  ...{ key, kind: side.kind, currency: side.currency, amount: side.amount },
  missing: lacking,
});

/** What is in one side by the end of the day, and not in the other. */
function compareOne(day: string, { key, isOpen, ledger, book }: Item): readonly Compared[] {
  const has = (side: Side<string> | null): boolean => side !== null && side.day <= day;
  if (ledger !== null && book !== null) {
    if (has(ledger) && has(book)) return differing(key, ledger, book);
    return has(ledger) ? [underWay(key, ledger, 'book')] : [underWay(key, book, 'ledger')];
  }
  const side = ledger ?? book;
  if (side === null || !has(side)) return [];
  if (isOpen) return [underWay(key, side, ledger === null ? 'ledger' : 'book')];
  // It was named in the report of its own day.
  return side.day === day ? [missing({ key, isOpen, ledger, book })] : [];
}

const isDifference = (compared: Compared): compared is Difference => 'pair' in compared;

/** What was found. */
export interface Comparison {
  readonly differences: readonly Difference[];
  readonly underWay: readonly UnderWay[];
}

/**
 * @param day UTC; nothing after its end counts
 * @param items of this day, and older ones that one side lacks
 */
export function compareLedger(day: string, items: readonly Item[]): Comparison {
  const compared = items.flatMap((item) => compareOne(day, item));
  return {
    differences: compared.filter(isDifference),
    underWay: compared.filter((each): each is UnderWay => !isDifference(each)),
  };
}

const BOOK_GIVES: readonly string[] = ['authorise', 'issue'] satisfies (
  SupplyKind | MovementKind
)[];

/**
 * @returns by how much this entry lets the book be ahead of the ledger, in minor units: money is reserved before it is issued, and vanishes
 * before it is paid, so that it is hardly ever below zero
 */
export function aheadOf({ kind, amount, missing: lacking }: UnderWay): bigint {
  const units = BigInt(amount);
  return BOOK_GIVES.includes(kind) === (lacking === 'ledger') ? units : -units;
}
