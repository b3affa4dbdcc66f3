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
  /** Day on which the host undid what never came onto the ledger, in UTC; null when it did not, or had no reason. */
  readonly undoneOn: string | null;
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

const underWay = (key: string, side: Side<string>, lacking: Lacking): UnderWay => ({
  ...{ key, kind: side.kind, currency: side.currency, amount: side.amount },
  missing: lacking,
});

type Lacking = 'ledger' | 'book';

/** What one side has by the end of the day, and the other has not. */
function lackedBy(day: string, item: Item, side: Side<string>, lacking: Lacking): Compared[] {
  const comesLater = item[lacking] !== null || item.undoneOn !== null;
  if (item.isOpen || comesLater) return [underWay(item.key, side, lacking)];
  // It was named in the report of its own day.
  return side.day === day ? [missing(item)] : [];
}

const until = <Kind extends string>(day: string, side: Side<Kind> | null): Side<Kind> | null =>
  side !== null && side.day <= day ? side : null;

/** As it stands at the end of the day: what was undone by then, the book does not have any more. */
const standing = (day: string, item: Item): Item =>
  item.undoneOn !== null && item.undoneOn <= day ? { ...item, book: null, undoneOn: null } : item;

function compareOne(day: string, whole: Item): readonly Compared[] {
  const item = standing(day, whole);
  const ledger = until(day, item.ledger);
  const book = until(day, item.book);
  if (ledger !== null && book !== null) return differing(item.key, ledger, book);
  const side = ledger ?? book;
  return side === null ? [] : lackedBy(day, item, side, ledger === null ? 'ledger' : 'book');
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
