// SPDX-License-Identifier: Apache-2.0
// Statements of customers' accounts (unit 20), page by page from one place of one index: a page costs the same however long the
// account's history is.
import {
  ledgerHeight,
  type AccountStatement,
  type Balances,
  type StatementEntry,
  type StatementHead,
  type StatementLine,
} from '@fabric-offline-pay/node-common/node';
import type { ExpressionBuilder, Selectable } from 'kysely';
import { BankError } from '../bank-error.js';
import type { BankDatabase, BankTables } from '../database/schema.js';
import type { AccountEntryTable, EntryKind } from './tables/statement-tables.js';

/** Which part of an account. Instants in milliseconds since 1970; `from` belongs to the period, `to` does not. */
export interface StatementQuery {
  readonly customerId: string;
  readonly currency: string;
  readonly from: number;
  readonly to: number;
  /** Now, by the caller's clock. */
  readonly madeAt: number;
  /** Leaves out entries, not money: the balances are those of the whole account. */
  readonly filters?: StatementFilters;
}

export interface StatementFilters {
  readonly kind?: EntryKind;
  readonly merchantId?: string;
}

export interface PageQuery extends StatementQuery {
  /** `next` of the page before. */
  readonly after?: string;
  /** The most entries; 50 unless told, at most 500. */
  readonly limit?: number;
  /** Unless told, the newest entries come first. */
  readonly oldestFirst?: boolean;
}

export interface StatementPage {
  readonly head: StatementHead;
  readonly entries: readonly StatementEntry[];
  /** Null on the last page. */
  readonly next: string | null;
}

type Entry = Selectable<AccountEntryTable>;
type Eb = ExpressionBuilder<BankTables, 'account_entries'>;

const USUAL_LIMIT = 50;
const MOST_LIMIT = 500;

/** What stands before the first entry. */
const NOTHING: Balances = { booked: '0', available: '0' };

const POSITION = ['booked_at', 'block', 'place', 'part'] as const;
type Position = Pick<Entry, (typeof POSITION)[number]>;

const cursorAt = (position: Position): string => POSITION.map((part) => position[part]).join('.');

const CURSOR = /^(\d{1,15})\.(\d{1,15})\.(\d{1,9})\.(\d{1,9})$/;

/** @throws {BankError} INPUT_INVALID */
function positionAt(cursor: string): Position {
  const match = CURSOR.exec(cursor);
  if (match === null) throw new BankError('INPUT_INVALID', 'after');
  const [booked_at = 0, block = 0, place = 0, part = 0] = match.slice(1).map(Number);
  return { booked_at, block, place, part };
}

/** Entries before or after one: compared as a row, which is how the index is ordered. */
const beyond = (eb: Eb, position: Position, oldestFirst: boolean) =>
  eb(
    eb.refTuple('booked_at', 'block', 'place', 'part'),
    oldestFirst ? '>' : '<',
    eb.tuple(position.booked_at, position.block, position.place, position.part),
  );

const ofAccount = (db: BankDatabase, { customerId, currency }: StatementQuery) =>
  db
    .selectFrom('account_entries')
    .where('customer_id', '=', customerId)
    .where('currency', '=', currency);

/** @returns the balances that stood just before an instant */
async function balancesBefore(
  db: BankDatabase,
  query: StatementQuery,
  instant: number,
): Promise<Balances> {
  const row = await ofAccount(db, query)
    .select(['balance', 'available'])
    .where('booked_at', '<', instant)
    .orderBy('booked_at', 'desc')
    .orderBy('block', 'desc')
    .orderBy('place', 'desc')
    .orderBy('part', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? NOTHING : { booked: row.balance, available: row.available };
}

async function readHead(db: BankDatabase, query: StatementQuery): Promise<StatementHead> {
  const { customerId: ownerId, currency, from, to, madeAt } = query;
  return {
    ownerId,
    currency,
    from,
    to,
    madeAt,
    opening: await balancesBefore(db, query, from),
    closing: await balancesBefore(db, query, to),
    height: await ledgerHeight(db),
  };
}

/** A page, and up to which block it may read: later blocks are not of the same statement. */
interface Wanted extends PageQuery {
  readonly upTo: number;
  readonly most: number;
}

function readEntries(db: BankDatabase, wanted: Wanted): Promise<Entry[]> {
  const { from, to, filters = {}, after, oldestFirst = false, most, upTo } = wanted;
  const direction = oldestFirst ? 'asc' : 'desc';
  let query = ofAccount(db, wanted)
    .selectAll()
    .where('booked_at', '>=', from)
    .where('booked_at', '<', to)
    .where('block', '<=', upTo);
  const { kind, merchantId } = filters;
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (merchantId !== undefined) query = query.where('merchant_id', '=', merchantId);
  if (after !== undefined) {
    const position = positionAt(after);
    query = query.where((eb) => beyond(eb, position, oldestFirst));
  }
  for (const part of POSITION) query = query.orderBy(part, direction);
  return query.limit(most).execute();
}

const orderKey = (row: { merchant_id: string | null; order_number: string | null }): string =>
  `${row.merchant_id ?? ''}/${row.order_number ?? ''}`;

/** Entries that pay for goods. */
const PAYING: ReadonlySet<EntryKind> = new Set(['capture', 'offlinePayment']);

interface OrderRef {
  readonly merchant_id: string;
  readonly order_number: string;
}

const isOfOrder = (row: Entry): row is Entry & OrderRef =>
  PAYING.has(row.kind) && row.merchant_id !== null && row.order_number !== null;

/** What the bank's own record has of the goods of these entries, by order. */
async function readLines(
  db: BankDatabase,
  customerId: string,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, readonly StatementLine[]>> {
  const orders = new Map(entries.filter(isOfOrder).map((row) => [orderKey(row), row]));
  const lines = new Map<string, StatementLine[]>();
  if (orders.size === 0) return lines;
  const rows = await db
    .selectFrom('purchases')
    .innerJoin('purchase_lines', (join) =>
      join
        .onRef('purchase_lines.merchant_id', '=', 'purchases.merchant_id')
        .onRef('purchase_lines.order_number', '=', 'purchases.order_number'),
    )
    .selectAll('purchase_lines')
    .where('purchases.customer_id', '=', customerId)
    .where((eb) =>
      eb(
        eb.refTuple('purchases.merchant_id', 'purchases.order_number'),
        'in',
        [...orders.values()].map((row) => eb.tuple(row.merchant_id, row.order_number)),
      ),
    )
    .orderBy('purchase_lines.line')
    .execute();
  for (const row of rows) {
    const line = {
      gtin: row.gtin,
      name: row.name,
      quantity: row.quantity,
      unitPrice: row.unit_price,
    };
    lines.set(orderKey(row), [...(lines.get(orderKey(row)) ?? []), line]);
  }
  return lines;
}

const orderOf = ({ merchant_id, order_number }: Entry): StatementEntry['order'] =>
  merchant_id === null || order_number === null
    ? null
    : { merchantId: merchant_id, orderNumber: order_number };

const toEntry = (row: Entry, lines: readonly StatementLine[]): StatementEntry => ({
  id: `${row.block}-${row.place}-${row.part}`,
  bookedAt: row.booked_at,
  kind: row.kind,
  order: orderOf(row),
  reference: row.reference,
  transactionId: row.transaction_id,
  amount: row.amount,
  moved: row.moved,
  balance: { booked: row.balance, available: row.available },
  lines,
});

async function toEntries(
  db: BankDatabase,
  customerId: string,
  rows: readonly Entry[],
): Promise<StatementEntry[]> {
  const lines = await readLines(db, customerId, rows);
  return rows.map((row) =>
    toEntry(row, PAYING.has(row.kind) ? (lines.get(orderKey(row)) ?? []) : []),
  );
}

async function readPage(
  db: BankDatabase,
  query: PageQuery,
  upTo: number,
): Promise<Pick<StatementPage, 'entries' | 'next'>> {
  const limit = Math.min(query.limit ?? USUAL_LIMIT, MOST_LIMIT);
  const rows = await readEntries(db, { ...query, upTo, most: limit + 1 });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    entries: await toEntries(db, query.customerId, shown),
    next: rows.length > limit && last !== undefined ? cursorAt(last) : null,
  };
}

/**
 * One page, with the balances of the whole period, all as of one height of the ledger.
 * @throws {BankError} INPUT_INVALID for a cursor that no page gave
 */
export const statementOf = (db: BankDatabase, query: PageQuery): Promise<StatementPage> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (snapshot) => {
      const head = await readHead(snapshot, query);
      return { head, ...(await readPage(snapshot, query, head.height.block)) };
    });

async function* allEntries(
  db: BankDatabase,
  query: StatementQuery,
  upTo: number,
): AsyncGenerator<StatementEntry> {
  let after: string | undefined;
  do {
    const page: PageQuery = { ...query, limit: MOST_LIMIT, oldestFirst: true };
    const { entries, next } = await readPage(
      db,
      after === undefined ? page : { ...page, after },
      upTo,
    );
    yield* entries;
    after = next ?? undefined;
  } while (after !== undefined);
}

/**
 * The whole period, oldest first, for a document. Its entries are read while it is written; blocks that arrive meanwhile are not
 * among them.
 */
export async function wholeStatement(
  db: BankDatabase,
  query: StatementQuery,
): Promise<AccountStatement> {
  const head = await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute((snapshot) => readHead(snapshot, query));
  return { head, entries: allEntries(db, query, head.height.block) };
}
