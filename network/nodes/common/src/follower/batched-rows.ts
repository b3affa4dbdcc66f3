// SPDX-License-Identifier: Apache-2.0
// Rows of one table while blocks are applied: read together, changed in memory, written together. A statement costs as much as many rows,
// so that a node that was off catches up as fast as rows are written, not as fast as statements are answered.
import { sql } from 'kysely';
import type { AnyDatabase } from '../jobs/queue-table.js';

const json = (rows: readonly object[]) => sql`${JSON.stringify(rows)}::jsonb`;

const columnList = (columns: readonly string[]) => sql.join(columns.map((name) => sql.ref(name)));

/** Rows as the table's own type, from one parameter, however many they are. */
const recordset = (table: string, rows: readonly object[]) =>
  sql`jsonb_populate_recordset(null::${sql.table(table)}, ${json(rows)})`;

/** Rows of one statement: its size stays bounded however many there are. */
const ROWS_AT_ONCE = 1_000;

/**
 * Adds rows, all with the same columns. What is there already stays as it is.
 * @param key a column
 * @returns what is in this column of the rows that are new
 */
export async function addRows<Row extends object, Key extends keyof Row & string>(
  db: AnyDatabase,
  table: string,
  rows: readonly Row[],
  key: Key,
): Promise<Row[Key][]> {
  const added: Row[Key][] = [];
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE)
    added.push(...(await addSome(db, table, rows.slice(start, start + ROWS_AT_ONCE), key)));
  return added;
}

async function addSome<Row extends object, Key extends keyof Row & string>(
  db: AnyDatabase,
  table: string,
  rows: readonly Row[],
  key: Key,
): Promise<Row[Key][]> {
  const [first] = rows;
  if (first === undefined) return [];
  const columns = columnList(Object.keys(first));
  const added = await sql<Row>`
    insert into ${sql.table(table)} (${columns}) select ${columns} from ${recordset(table, rows)}
    on conflict do nothing returning ${sql.ref(key)}
  `.execute(db);
  return added.rows.map((row) => row[key]);
}

/**
 * Rows of a table that nobody else writes meanwhile, by their key. Use it for one transaction; what is put is in the table only after
 * {@link write}.
 */
export class BatchedRows<Row extends object, Key extends keyof Row & string> {
  readonly #db: AnyDatabase;
  readonly #table: string;
  readonly #key: readonly Key[];
  /** What the table has, or will have; undefined: nothing. */
  readonly #known = new Map<string, Row | undefined>();
  readonly #changed = new Set<string>();

  /** @param key the columns of the table's primary key: texts and numbers */
  constructor(db: AnyDatabase, table: string, key: readonly Key[]) {
    this.#db = db;
    this.#table = table;
    this.#key = key;
  }

  /** Reads what is not known yet, in one statement. */
  async load(keys: readonly Pick<Row, Key>[]): Promise<void> {
    const unknown = new Map(
      keys.map((key) => [this.#idOf(key), key] as const).filter(([id]) => !this.#known.has(id)),
    );
    if (unknown.size === 0) return;
    for (const id of unknown.keys()) this.#known.set(id, undefined);
    const wanted = [...unknown.values()].map((key) =>
      Object.fromEntries(this.#key.map((column) => [column, key[column]])),
    );
    const same = this.#key.map(
      (column) => sql`${sql.ref(`known.${column}`)} = ${sql.ref(`wanted.${column}`)}`,
    );
    const { rows } = await sql<Row>`
      select known.* from ${sql.table(this.#table)} as known
      join ${recordset(this.#table, wanted)} as wanted on ${sql.join(same, sql` and `)}
    `.execute(this.#db);
    for (const row of rows) this.#known.set(this.#idOf(row), row);
  }

  /** @returns the row as it was put last, or as the table has it */
  async get(key: Pick<Row, Key>): Promise<Row | undefined> {
    await this.load([key]);
    return this.#known.get(this.#idOf(key));
  }

  put(row: Row): void {
    const id = this.#idOf(row);
    this.#known.set(id, row);
    this.#changed.add(id);
  }

  remove(key: Pick<Row, Key>): void {
    const id = this.#idOf(key);
    this.#known.set(id, undefined);
    this.#changed.add(id);
  }

  /** Writes what was put, and deletes what was removed. */
  async write(): Promise<void> {
    const changed = [...this.#changed];
    this.#changed.clear();
    await this.#delete(changed.filter((id) => this.#known.get(id) === undefined));
    const rows = changed.map((id) => this.#known.get(id)).filter((row) => row !== undefined);
    const [first] = rows;
    if (first === undefined) return;
    const names = Object.keys(first);
    const columns = columnList(names);
    const changes = names
      .filter((name) => !this.#key.some((column) => column === name))
      .map((name) => sql`${sql.ref(name)} = ${sql.ref(`excluded.${name}`)}`);
    const resolved =
      changes.length === 0 ? sql`do nothing` : sql`do update set ${sql.join(changes)}`;
    await sql`
      insert into ${sql.table(this.#table)} (${columns})
      select ${columns} from ${recordset(this.#table, rows)}
      on conflict (${columnList(this.#key)}) ${resolved}
    `.execute(this.#db);
  }

  async #delete(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const gone = ids.map((id) => {
      const values = JSON.parse(id) as unknown[];
      return Object.fromEntries(this.#key.map((column, index) => [column, values[index]]));
    });
    const same = this.#key.map(
      (column) => sql`${sql.ref(`known.${column}`)} = ${sql.ref(`gone.${column}`)}`,
    );
    await sql`
      delete from ${sql.table(this.#table)} as known
      using ${recordset(this.#table, gone)} as gone where ${sql.join(same, sql` and `)}
    `.execute(this.#db);
  }

  #idOf(key: Pick<Row, Key>): string {
    return JSON.stringify(this.#key.map((column) => key[column]));
  }
}
