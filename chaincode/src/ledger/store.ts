// SPDX-License-Identifier: Apache-2.0
// The rows of one transaction: typed reads, each key read once, and writes that are kept until the end and then written once
// per key. Fabric never lets a transaction read its own writes. This store does, for single rows. A range sees only the rows
// from before the transaction.
import type { Context } from 'fabric-contract-api';
import {
  ADDRESS_COLLECTION,
  DomainError,
  ensure,
  isSame,
  keyToWrite,
  madeBy,
  remembering,
  ROWS,
  type KeyOf,
  type PartsToWrite,
  type RowKind,
  type RowValue,
} from '@fabric-offline-pay/domain';

/** One row of a range. */
export interface Entry<Kind extends RowKind> {
  readonly key: string;
  readonly value: RowValue<Kind>;
}

/** Some rows of a range in key order. */
export interface Page<Kind extends RowKind> {
  readonly entries: readonly Entry<Kind>[];
  /** The part of the last row's key after the prefix, where the next page goes on. Null: there is no next page. */
  readonly next: string | null;
}

const rowKey = (kind: RowKind, parts: readonly string[]): string =>
  (ROWS[kind].key as (...parts: string[]) => string)(...parts);

/** Whether both rows are equal. Either may be missing. */
const isSameRow = (before: unknown, after: unknown): boolean =>
  before === undefined || after === undefined ? before === after : isSame(before, after);

/** The first key after all keys with this prefix, which ends in `/`. */
const rangeEnd = (prefix: string): string => `${prefix.slice(0, -1)}0`;

/** The first key that can come after this one. */
const firstKeyAfter = (key: string): string => `${key}\u0001`;

const parse = (text: string): unknown => JSON.parse(text);

/** Freezes a remembered value, because later transactions see it and must see what was read. */
function freeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null)
    Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

/**
 * Caches for kinds of rows that many transactions read and few change, because parsing the registry took longer than reading
 * it. A fleet may be large, so few fleets are kept.
 */
const MUCH_READ: ReadonlyMap<string, (text: string) => unknown> = new Map(
  (
    [
      ['registry', 2],
      ['merchant', 512],
      ['goods', 1024],
      ['fleet', 8],
    ] as const satisfies readonly (readonly [RowKind, number])[]
  ).map(([kind, most]) => [kind, remembering(most, (text) => freeze(parse(text)))]),
);

/** A row under a key of this kind, as the store keeps rows of all kinds. */
const asRow = <Kind extends RowKind>(_kind: Kind, row: unknown): RowValue<Kind> | undefined =>
  row as RowValue<Kind> | undefined;

const kindOf = (key: string): string => key.split('/', 1)[0] ?? '';

function rowOf(key: string, bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return (MUCH_READ.get(kindOf(key)) ?? parse)(text);
}

type Stub = Context['stub'];

export class Store {
  readonly #stub: Stub;
  readonly #read = new Map<string, unknown>();
  /** Ranges see only the rows from before the transaction, so the calls of a batch share them. */
  readonly #ranges = new Map<string, readonly unknown[]>();
  /** Pending writes, in the order of the first write of each key. Undefined removes the row. */
  #writes = new Map<string, unknown>();
  /** Keys of pending rows that nobody has read since they were put. */
  #unseen = new Set<string>();
  #operations = 0;

  constructor(stub: Stub) {
    this.#stub = stub;
  }

  /** State operations so far, including pending writes. The table's budget limits them. */
  get operations(): number {
    return this.#operations + this.#writes.size;
  }

  /** @returns the row, or undefined when there is none. */
  get<Kind extends RowKind>(
    kind: Kind,
    ...parts: KeyOf<Kind>
  ): Promise<RowValue<Kind> | undefined> {
    return this.at(kind, parts);
  }

  /** Like {@link get}, with a key whose parts are known only at run time. */
  async at<Kind extends RowKind>(
    kind: Kind,
    parts: readonly string[],
  ): Promise<RowValue<Kind> | undefined> {
    const key = rowKey(kind, parts);
    this.#unseen.delete(key);
    if (this.#writes.has(key)) return asRow(kind, this.#writes.get(key));
    if (!this.#read.has(key)) {
      this.#operations += 1;
      this.#read.set(key, rowOf(key, await this.#stub.getState(key)));
    }
    return asRow(kind, this.#read.get(key));
  }

  /** Writes a row at the end, under its own key or under the key from the parts. */
  put<Kind extends RowKind>(kind: Kind, value: RowValue<Kind>, ...parts: PartsToWrite<Kind>): void {
    this.#put(keyToWrite(kind, value, parts), value);
  }

  /** Like {@link put}, with a key whose parts are known only at run time. */
  putAt<Kind extends RowKind>(kind: Kind, value: RowValue<Kind>, parts: readonly string[]): void {
    this.#put(rowKey(kind, parts), value);
  }

  /** Puts a row. When two puts under one key do not know of each other, the first row would be lost. */
  #put(key: string, value: unknown): void {
    ensure(!this.#unseen.has(key) || isSameRow(this.#writes.get(key), value), 'INTERNAL', { key });
    this.#writes.set(key, value);
    this.#unseen.add(key);
  }

  /** Removes a row, which was read before. */
  remove(key: string): void {
    this.#writes.set(key, undefined);
  }

  /**
   * Drops pending writes that change nothing.
   * @returns whether there is anything left to write
   */
  dropUnchanged(): boolean {
    for (const [key, value] of this.#writes)
      if (this.#read.has(key) && isSameRow(this.#read.get(key), value)) {
        this.#writes.delete(key);
        this.#unseen.delete(key);
      }
    return this.#writes.size > 0;
  }

  /** Runs the work completely or not at all: when it throws, its puts are dropped. Its reads are kept. */
  async atomically<Result>(work: () => Promise<Result>): Promise<Result> {
    const writes = new Map(this.#writes);
    const unseen = new Set(this.#unseen);
    try {
      return await work();
    } catch (error) {
      this.#writes = writes;
      this.#unseen = unseen;
      throw error;
    }
  }

  /**
   * Rows under a prefix in key order, at most `limit`. Peers check the range again at commit, so a row that appears in the
   * meantime is a conflict.
   */
  async range<Kind extends RowKind>(
    kind: Kind,
    parts: readonly string[],
    limit = Infinity,
  ): Promise<readonly Entry<Kind>[]> {
    const prefix = ROWS[kind].prefix(...parts);
    return this.#collect(kind, prefix, rangeEnd(prefix), limit);
  }

  /** Like {@link range}, but without the rows whose next part is `end` or after it. */
  async rangeUntil<Kind extends RowKind>(
    kind: Kind,
    parts: readonly string[],
    end: string,
    limit: number,
  ): Promise<readonly Entry<Kind>[]> {
    const prefix = ROWS[kind].prefix(...parts);
    return this.#collect(kind, prefix, `${prefix}${end}`, limit);
  }

  /**
   * All rows under a prefix, for queries. A peer ends a long range without saying so (setting `totalQueryLimit`), so the
   * store asks again from where it stopped, until nothing comes.
   */
  async all<Kind extends RowKind>(
    kind: Kind,
    parts: readonly string[],
  ): Promise<readonly Entry<Kind>[]> {
    const prefix = ROWS[kind].prefix(...parts);
    return this.#atMost(kind, prefix, rangeEnd(prefix), Infinity);
  }

  /** The next rows under a prefix, at most `limit`, after the end of the previous page. For queries. */
  async page<Kind extends RowKind>(
    kind: Kind,
    parts: readonly string[],
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<Kind>> {
    const prefix = ROWS[kind].prefix(...parts);
    const from = cursor === undefined ? prefix : firstKeyAfter(prefix + cursor);
    const entries = await this.#atMost(kind, from, rangeEnd(prefix), limit);
    const last = entries.length < limit ? undefined : entries.at(-1);
    return { entries, next: last?.key.slice(prefix.length) ?? null };
  }

  async #atMost<Kind extends RowKind>(
    kind: Kind,
    from: string,
    to: string,
    limit: number,
  ): Promise<readonly Entry<Kind>[]> {
    let entries: readonly Entry<Kind>[] = [];
    while (entries.length < limit) {
      const last = entries.at(-1);
      const start = last === undefined ? from : firstKeyAfter(last.key);
      const more = await this.#collect(kind, start, to, limit - entries.length);
      if (more.length === 0) return entries;
      entries = entries.concat(more);
    }
    return entries;
  }

  async #collect<Kind extends RowKind>(
    kind: Kind,
    from: string,
    to: string,
    limit: number,
  ): Promise<readonly Entry<Kind>[]> {
    const name = [from, to, limit].join('\n');
    const entries = this.#ranges.get(name) ?? (await this.#readRange(kind, from, to, limit));
    this.#ranges.set(name, entries);
    return entries as readonly Entry<Kind>[];
  }

  async #readRange<Kind extends RowKind>(
    kind: Kind,
    from: string,
    to: string,
    limit: number,
  ): Promise<readonly Entry<Kind>[]> {
    this.#operations += 1;
    const rows = await this.#stub.getStateByRange(from, to);
    const entries: Entry<Kind>[] = [];
    while (entries.length < limit) {
      const row = await rows.next();
      // The peer closes a finished range itself. Closing it again would cost another message.
      if (row.done) return entries;
      const { key } = row.value;
      const value = asRow(kind, rowOf(key, row.value.value));
      this.#read.set(key, value);
      if (value !== undefined) entries.push({ key, value });
    }
    await rows.close();
    return entries;
  }

  /** @returns a row of the private collection, or undefined. */
  async getPrivate(...parts: KeyOf<'address'>): Promise<RowValue<'address'> | undefined> {
    this.#operations += 1;
    const key = rowKey('address', parts);
    const bytes = await this.#stub.getPrivateData(ADDRESS_COLLECTION, key);
    return asRow('address', rowOf(key, bytes));
  }

  async putPrivate(value: RowValue<'address'>, ...parts: KeyOf<'address'>): Promise<void> {
    this.#operations += 1;
    await this.#stub.putPrivateData(
      ADDRESS_COLLECTION,
      rowKey('address', parts),
      Buffer.from(JSON.stringify(value)),
    );
  }

  /** Removes a private row with its history. */
  async purgePrivate(...parts: KeyOf<'address'>): Promise<void> {
    this.#operations += 1;
    await this.#stub.purgePrivateData(ADDRESS_COLLECTION, rowKey('address', parts));
  }

  /** Money may only move, or appear or vanish at a bank. The transaction fails if a handler did anything else. */
  #ensureConserved(): void {
    const changes = [...this.#writes].map(([key, after]) => ({
      key,
      before: this.#read.get(key),
      after,
    }));
    const made = madeBy(changes);
    ensure(made.size === 0, 'INTERNAL', {
      invariant: 'conservation',
      currencies: [...made.keys()],
    });
  }

  /**
   * Writes everything that was put.
   * @throws {DomainError} READ_ONLY when a query has something to write, INTERNAL when money appeared or vanished.
   */
  async flush(kind: 'submit' | 'evaluate'): Promise<void> {
    if (kind === 'evaluate' && this.#writes.size > 0) throw new DomainError('READ_ONLY');
    this.#ensureConserved();
    for (const [key, value] of this.#writes) {
      if (value === undefined) await this.#stub.deleteState(key);
      else await this.#stub.putState(key, Buffer.from(JSON.stringify(value)));
    }
  }
}
