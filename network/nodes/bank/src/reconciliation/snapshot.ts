// SPDX-License-Identifier: Apache-2.0
// What ledger and book say at one moment: read in one transaction of the database, with the height of the ledger that the tables have.
import type { SupplyKind } from '@fabric-offline-pay/domain';
import { sql, type Transaction } from 'kysely';
import { OPEN_LEG_STATES, OPEN_MOVE_STATES } from '../database/funding-tables.js';
import { bookLines, type BookLine } from '../core-banking/book/totals.js';
import type { BankDatabase, BankTables } from '../database/schema.js';
import type { HostLine, OpenRequest } from './compare-host.js';
import type { Item, PairedMovement } from './compare-ledger.js';
import type { Totals } from './sums.js';

/** How far the tables follow the ledger. */
export interface LedgerHeight {
  readonly block: number;
  readonly hash: string;
}

/** Ledger and book until the end of a day. */
export interface Snapshot {
  readonly ledger: LedgerHeight;
  readonly items: readonly Item[];
  readonly until: Totals;
}

/** Ledger and book of a day. */
export interface DaySnapshot extends Snapshot {
  readonly day: Totals;
  readonly lines: readonly HostLine[];
  readonly requests: readonly OpenRequest[];
}

type Database = Transaction<BankTables>;

async function readHeight(db: Database): Promise<LedgerHeight> {
  const row = await db.selectFrom('ledger_position').selectAll().executeTakeFirst();
  return { block: (row?.next_block ?? 0) - 1, hash: row?.last_hash ?? '' };
}

interface ItemRow {
  readonly key: string;
  readonly is_open: boolean;
  readonly ledger_kind: SupplyKind | null;
  readonly ledger_currency: string;
  readonly ledger_amount: string;
  readonly ledger_account: string;
  readonly ledger_day: string;
  readonly book_kind: PairedMovement | null;
  readonly book_currency: string;
  readonly book_amount: string;
  readonly book_account: string | null;
  readonly book_day: string;
  readonly undone_day: string | null;
}

const toItem = (row: ItemRow): Item => ({
  key: row.key,
  isOpen: row.is_open,
  undoneOn: row.undone_day,
  ledger: row.ledger_kind && {
    kind: row.ledger_kind,
    currency: row.ledger_currency,
    amount: row.ledger_amount,
    account: row.ledger_account,
    day: row.ledger_day,
  },
  book: row.book_kind && {
    kind: row.book_kind,
    currency: row.book_currency,
    amount: row.book_amount,
    account: row.book_account,
    day: row.book_day,
  },
});

/**
 * What this node has begun: the key in the book, the id on the ledger, and whether it still works on it. What undoes a deduction that never
 * came onto the ledger is none of its own there (`undoes`): it ends that deduction's. Parts that left the ledger together share what it has of
 * them: each has its own amount, and the first what is left beside the others (`beside`), so that no unit is without a part.
 */
const PARTS = sql`
  select coalesce(m.host_key, f.book_key) as book_key, f.supply_kind || '/' || f.supply_id as supply_key, l.customer_id as account,
    coalesce(m.state, l.state) in (${sql.join([...OPEN_LEG_STATES, ...OPEN_MOVE_STATES])})
      or (m.state is null and l.state = 'unissued') as is_open,
    case when m.state is not null and l.state = 'unissued' then f.leg_key end as undoes,
    case when f.nth > 1 then m.amount::numeric end as share,
    sum(m.amount::numeric) over (partition by f.merchant_id, f.order_number, f.leg, f.supply_id) - m.amount::numeric as beside
  from (
    select *, max(book_key) filter (where move_kind is null) over (partition by merchant_id, order_number, leg) as leg_key,
      row_number() over (partition by merchant_id, order_number, leg, supply_id order by book_key) as nth
    from funding_ids
  ) f
  left join funding_legs l
    on l.merchant_id = f.merchant_id and l.order_number = f.order_number and l.leg = f.leg
  left join funding_moves m on m.merchant_id = f.merchant_id and m.order_number = f.order_number
    and m.leg = f.leg and m.kind = f.move_kind and m.number = f.number
  union all
  select host_key, 'redeem/' || currency || '/' || payee_id || '~' || redeem_id, payee_id, state <> 'paid', null, null, null
  from pay_outs`;

/** Payees choose their ids for each currency; the other ids are of all currencies. */
const LEDGER = sql`
  select s.*, case kind when 'redeem' then 'redeem/' || currency else kind end || '/' || supply_id as supply_key
  from supplies s where origin = 'node'`;

const BOOK = sql`
  select e.entry_key, e.kind, e.currency, e.day, p.amount::text as amount
  from book_entries e join book_postings p on p.entry_key = e.entry_key and p.amount > 0
  where e.kind in ('authorise', 'release', 'refund', 'payOut')`;

/** @returns entries of the day, and what one side has until then and the other has not */
export async function readItems(db: BankDatabase, day: string): Promise<Item[]> {
  const { rows } = await sql<ItemRow>`
    with parts as (${PARTS}), ledger as (${LEDGER}), book as (${BOOK})
    select coalesce(p.book_key, b.entry_key, l.supply_key) as key, coalesce(p.is_open and u.day is null, false) as is_open,
      l.kind as ledger_kind, l.currency as ledger_currency, l.account as ledger_account, l.day as ledger_day,
      coalesce(p.share, l.amount::numeric - coalesce(p.beside, 0))::text as ledger_amount,
      b.kind as book_kind, b.currency as book_currency, b.amount as book_amount,
      p.account as book_account, b.day as book_day, u.day as undone_day
    from parts p full join ledger l on l.supply_key = p.supply_key
    full join book b on b.entry_key = p.book_key
    left join parts undoing on undoing.undoes = p.book_key
    left join book u on u.entry_key = undoing.book_key
    where p.undoes is null and (l.day = ${day} or b.day = ${day}
      or coalesce(l.day <= ${day}, false) <> coalesce(b.day <= ${day}, false))
    order by key`.execute(db);
  return rows.map(toItem);
}

/** @param since UTC; from the first day without it */
async function readTotals(db: Database, until: string, since = ''): Promise<Totals> {
  const ledger = await db
    .selectFrom('supplies')
    .where('day', '>=', since)
    .where('day', '<=', until)
    .groupBy(['kind', 'currency', 'origin'])
    .select(['kind', 'currency', 'origin'])
    .select(sql<string>`sum(amount::numeric)::text`.as('sum'))
    .execute();
  const book = await db
    .selectFrom('book_entries')
    .innerJoin('book_postings', 'book_postings.entry_key', 'book_entries.entry_key')
    .where('book_postings.amount', '>', '0')
    .where('book_entries.day', '>=', since)
    .where('book_entries.day', '<=', until)
    .groupBy(['kind', 'currency'])
    .select(['kind', 'currency'])
    .select(sql<string>`sum(amount)::text`.as('sum'))
    .execute();
  return { ledger, book };
}

const readRequests = (db: Database): Promise<OpenRequest[]> =>
  db
    .selectFrom('host_requests')
    .select(['request_key as key', 'adapter', 'kind', 'token', 'currency', 'amount'])
    .where('state', 'not in', ['done', 'refused'])
    .orderBy('asked_at')
    .orderBy('key')
    .execute();

/** Accounts that were opened here are of no host, and mobile money was taken before it is completed. */
const isHostLine = (line: BookLine): line is HostLine =>
  line.kind !== 'open' && !(line.adapter === 'mobile-money' && line.kind === 'complete');

/** @returns what of a day of the book a host must have too */
export const hostLines = async (db: BankDatabase, day: string): Promise<HostLine[]> =>
  (await bookLines(db, day)).filter(isHostLine);

/** The clocks of book and host differ by much less, and a request is answered sooner. */
const EDGE_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Whether a statement is awaited: of the day before, of the day after. */
interface Edges {
  readonly begin: boolean;
  readonly end: boolean;
}

/** @returns keys of what was booked so near to midnight that the host may have it on another day */
export async function keysAtEdges(
  db: BankDatabase,
  day: string,
  { begin, end }: Edges,
): Promise<ReadonlySet<string>> {
  const begins = Date.parse(day);
  const rows = await db
    .selectFrom('book_entries')
    .select('entry_key')
    .where('day', '=', day)
    .where((where) =>
      where.or([
        ...(begin ? [where('booked_at', '<', begins + EDGE_MS)] : []),
        ...(end ? [where('booked_at', '>=', begins + DAY_MS - EDGE_MS)] : []),
      ]),
    )
    .execute();
  return new Set(rows.map((row) => row.entry_key));
}

/** Reads several things as they are at one moment. */
export const atOnce = <Result>(
  db: BankDatabase,
  read: (db: Database) => Promise<Result>,
): Promise<Result> => db.transaction().setIsolationLevel('repeatable read').execute(read);

/** @param day UTC; {@link ALWAYS} for everything */
export const readUntil = async (db: Database, day: string): Promise<Snapshot> => ({
  ledger: await readHeight(db),
  items: await readItems(db, day),
  until: await readTotals(db, day),
});

/** Later than any day: everything. */
export const ALWAYS = '9999-12-31';

/** @returns what ledger and book say of a day and of what was before it */
export const readDay = (db: BankDatabase, day: string): Promise<DaySnapshot> =>
  atOnce(db, async (transaction) => ({
    ...(await readUntil(transaction, day)),
    day: await readTotals(transaction, day, day),
    lines: await hostLines(transaction, day),
    requests: await readRequests(transaction),
  }));
