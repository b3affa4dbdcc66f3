// SPDX-License-Identifier: Apache-2.0
// Pages of the histories: by subject, by blocks, by time.
import { sql, type RawBuilder } from 'kysely';
import type { AuditorDatabase } from '../database/schema.js';
import { entryOf, type Columns, type Entry, type RowOf } from '../histories/columns.js';
import { HISTORIES, type HistoryName } from '../histories/history-table.js';

/** Which part of the ledger is asked for. */
export interface Range {
  /** The first and the last block. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Of the proposals, seconds since 1970: from the first on, before the second. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** Which part of a list. */
export interface Page {
  /** `next` of the page before; absent for the first. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Columns with what must stand in them; undefined: anything. */
export type Sought = Readonly<Record<string, string | number | boolean | undefined>>;

export interface HistoryAsked {
  readonly sought: Sought;
  readonly range: Range;
  readonly page: Page;
  /** Only the newest row of each subject: how things stand. */
  readonly newest?: boolean;
}

export interface HistoryPage<Name extends HistoryName> {
  readonly entries: readonly Entry<(typeof HISTORIES)[Name]['columns']>[];
  readonly next: string | null;
}

/** Of a page: the place of its last row. */
const ORDER = ['block', 'place', 'number'] as const;

type Placed = Readonly<Record<(typeof ORDER)[number], number>>;

const cursorOf = ({ block, place, number }: Placed): string => [block, place, number].join('~');

/** Whatever the caller gave: a cursor that nobody made begins at some place, and shows nothing that its caller may not see. */
function placeOf(after: string | undefined): readonly number[] | undefined {
  const match = /^(\d{1,9})~(\d{1,9})~(\d{1,9})$/.exec(after ?? '');
  return match?.slice(1).map(Number);
}

type Condition = RawBuilder<unknown>;

/** @returns the conditions of a range, for a table with `block` and `at` */
export function inRange({ from, to, since, until }: Range): Condition[] {
  return [
    ...(from === undefined ? [] : [sql`block >= ${from}`]),
    ...(to === undefined ? [] : [sql`block <= ${to}`]),
    ...(since === undefined ? [] : [sql`at >= ${since * 1000}`]),
    ...(until === undefined ? [] : [sql`at < ${until * 1000}`]),
  ];
}

const found = (sought: Sought): Condition[] =>
  Object.entries(sought).flatMap(([column, value]) =>
    value === undefined ? [] : [sql`${sql.ref(column)} = ${value}`],
  );

const isNewest = (table: HistoryName): Condition => sql`
  not exists (
    select from ${sql.table(table)} as later where later.subject = ${sql.table(table)}.subject
    and (later.block, later.place, later.number) > (
      ${sql.table(table)}.block, ${sql.table(table)}.place, ${sql.table(table)}.number)
  )`;

/** @returns all of them together */
export const all = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);

function afterPlace(after: string | undefined): Condition[] {
  const place = placeOf(after);
  return place === undefined ? [] : [sql`(block, place, number) > (${sql.join(place)})`];
}

/** @returns a page in the order of the ledger */
export async function readHistory<Name extends HistoryName>(
  db: AuditorDatabase,
  table: Name,
  { sought, range, page, newest = false }: HistoryAsked,
): Promise<HistoryPage<Name>> {
  const conditions = [
    ...[...found(sought), ...inRange(range), ...afterPlace(page.after)],
    ...(newest ? [isNewest(table)] : []),
  ];
  const { rows } = await sql<RowOf<Columns> & Placed>`
    select * from ${sql.table(table)} where ${all(conditions)}
    order by block, place, number limit ${page.limit + 1}
  `.execute(db);
  const columns: Columns = HISTORIES[table].columns;
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    entries: shown.map((row) => entryOf(columns, row)) as unknown as HistoryPage<Name>['entries'],
    next: rows.length > page.limit && last !== undefined ? cursorOf(last) : null,
  };
}
