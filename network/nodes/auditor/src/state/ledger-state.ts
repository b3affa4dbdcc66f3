// SPDX-License-Identifier: Apache-2.0
// The state of the ledger during a database transaction: rows are loaded together, change in memory, and are saved together. What it holds in
// memory grows with the blocks of one transaction, not with the ledger.
import { sql, type Kysely } from 'kysely';
import type { StateTables } from './state-tables.js';
import { StateDigest, type StateRow } from './state-digest.js';

export type { StateRow } from './state-digest.js';

/** A row's name. */
export interface RowName {
  readonly namespace: string;
  readonly key: Uint8Array;
}

/** The hashes of a private collection stand beside the rows of its chaincode, under this name. */
export const hashedNamespace = (chaincode: string, collection: string): string =>
  `${chaincode}/${collection}`;

/** A row as it was loaded, and as it is now. Null: there is none. */
interface Held {
  readonly before: StateRow | null;
  now: StateRow | null;
}

/** One character a byte: a name for a map, whatever the bytes are. */
const textOf = (key: Uint8Array): string =>
  Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');

const isSame = (a: StateRow, b: StateRow): boolean =>
  a.block === b.block && a.tx === b.tx && Buffer.compare(a.value, b.value) === 0;

const byKey = (a: StateRow, b: StateRow): number => Buffer.compare(a.key, b.key);

/** How long a range may be in memory: as many rows as a peer gives for one query. */
const MOST_OF_RANGE = 100_000;

/** Rows of one statement: its size stays bounded whatever the rows hold. */
const ROWS_AT_ONCE = 2_000;

export class LedgerState {
  readonly #db: Kysely<StateTables>;
  readonly #held = new Map<string, Map<string, Held>>();

  /** @param db the transaction in which everything is loaded and saved */
  constructor(db: Kysely<StateTables>) {
    this.#db = db;
  }

  /** Loads rows that will be asked for. */
  async load(names: Iterable<RowName>): Promise<void> {
    const missing = new Map<string, RowName>();
    for (const name of names)
      if (this.#of(name) === undefined) missing.set(`${name.namespace}\n${textOf(name.key)}`, name);
    const all = [...missing.values()];
    for (let start = 0; start < all.length; start += ROWS_AT_ONCE)
      await this.#loadSome(all.slice(start, start + ROWS_AT_ONCE));
  }

  async #loadSome(names: readonly RowName[]): Promise<void> {
    const { rows } = await sql<StateRow>`
      select namespace, key, value, block, tx from ledger_rows
      join unnest(${names.map(({ namespace }) => namespace)}::text[],
        ${names.map(({ key }) => Buffer.from(key))}::bytea[]) as wanted (n, k)
      on namespace = wanted.n and key = wanted.k
    `.execute(this.#db);
    for (const row of rows) this.#hold(row, row);
    for (const name of names) if (this.#of(name) === undefined) this.#hold(name, null);
  }

  /** @throws {Error} when it was not loaded */
  get(name: RowName): StateRow | null {
    const held = this.#of(name);
    if (held === undefined) throw new Error('A row was not loaded.');
    return held.now;
  }

  /**
   * Loads and gives a range as it stands now, in the order of keys.
   * @param end the first key after it; null: to the last row
   */
  async range(
    namespace: string,
    start: Uint8Array,
    end: Uint8Array | null,
  ): Promise<readonly StateRow[]> {
    const until = end === null ? sql`` : sql`and key < ${Buffer.from(end)}`;
    const { rows } = await sql<StateRow>`
      select namespace, key, value, block, tx from ledger_rows
      where namespace = ${namespace} and key >= ${Buffer.from(start)} ${until}
      order by key limit ${MOST_OF_RANGE}
    `.execute(this.#db);
    for (const row of rows) if (this.#of(row) === undefined) this.#hold(row, row);
    const isInside = ({ key }: StateRow): boolean =>
      Buffer.compare(key, start) >= 0 && (end === null || Buffer.compare(key, end) < 0);
    return [...(this.#held.get(namespace)?.values() ?? [])]
      .flatMap(({ now }) => (now !== null && isInside(now) ? [now] : []))
      .sort(byKey);
  }

  /** @param row with a name that was loaded */
  put(row: StateRow): void {
    this.#change(row, row);
  }

  /** @param name was loaded */
  remove(name: RowName): void {
    this.#change(name, null);
  }

  /** Writes what has changed, and takes it into the digest. */
  async save(digest: StateDigest): Promise<void> {
    const changed = [...this.#held.values()]
      .flatMap((rows) => [...rows.values()])
      .filter(({ before, now }) =>
        before === null || now === null ? before !== now : !isSame(before, now),
      );
    for (const { before, now } of changed) {
      if (before !== null) digest.remove(before);
      if (now !== null) digest.add(now);
    }
    for (let start = 0; start < changed.length; start += ROWS_AT_ONCE)
      await this.#saveSome(changed.slice(start, start + ROWS_AT_ONCE));
  }

  async #saveSome(changed: readonly Held[]): Promise<void> {
    const put = changed.flatMap(({ now }) => (now === null ? [] : [now]));
    const gone = changed.flatMap(({ before, now }) =>
      before !== null && now === null ? [before] : [],
    );
    if (put.length > 0) await this.#saveRows(put);
    if (gone.length > 0)
      await sql`
        delete from ledger_rows using unnest(${gone.map(({ namespace }) => namespace)}::text[],
          ${gone.map(({ key }) => Buffer.from(key))}::bytea[]) as gone (n, k)
        where namespace = gone.n and key = gone.k
      `.execute(this.#db);
  }

  async #saveRows(rows: readonly StateRow[]): Promise<void> {
    await sql`
      insert into ledger_rows (namespace, key, value, block, tx)
      select * from unnest(${rows.map(({ namespace }) => namespace)}::text[],
        ${rows.map(({ key }) => Buffer.from(key))}::bytea[],
        ${rows.map(({ value }) => Buffer.from(value))}::bytea[],
        ${rows.map(({ block }) => block)}::integer[], ${rows.map(({ tx }) => tx)}::integer[])
      on conflict (namespace, key) do update
        set value = excluded.value, block = excluded.block, tx = excluded.tx
    `.execute(this.#db);
  }

  #of({ namespace, key }: RowName): Held | undefined {
    return this.#held.get(namespace)?.get(textOf(key));
  }

  #hold({ namespace, key }: RowName, row: StateRow | null): void {
    let rows = this.#held.get(namespace);
    if (rows === undefined) this.#held.set(namespace, (rows = new Map<string, Held>()));
    rows.set(textOf(key), { before: row, now: row });
  }

  #change(name: RowName, now: StateRow | null): void {
    const held = this.#of(name);
    if (held === undefined) throw new Error('A row was not loaded.');
    held.now = now;
  }
}
