// SPDX-License-Identifier: Apache-2.0
// PostgreSQL inside this process, spoken to in PostgreSQL's own protocol by the client that a server is spoken to with: values mean the
// same in both, and a statement that is used again is planned once. Planning is most of what a short statement costs.
import { Duplex } from 'node:stream';
import { PGlite } from '@electric-sql/pglite';
import { Client, type QueryResult } from 'pg';
import { columnTypes } from './column-types.js';
import type { SqlEngine, SqlResult } from './pglite-dialect.js';

/** A client's last message: PGlite would not answer it. */
const TERMINATE = 0x58;

/** What the client takes for its connection. */
class EngineSocket extends Duplex {
  readonly #engine: PGlite;

  constructor(engine: PGlite) {
    super();
    this.#engine = engine;
  }

  connect(): this {
    queueMicrotask(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  override _read(): void {
    // Answers come by themselves.
  }

  override _write(message: Buffer, _encoding: string, done: (error?: Error) => void): void {
    if (message[0] === TERMINATE) {
      done();
      return;
    }
    // What PGlite hands over is a part of its memory. Asked for in one piece, it would read the answer, too.
    const onRawData = (part: Uint8Array): void => void this.push(Buffer.from(part));
    this.#engine.execProtocolRawStream(message, { onRawData }).then(() => done(), done);
  }

  /** The messages of one statement are written together, and are asked together. */
  override _writev(messages: { chunk: Buffer }[], done: (error?: Error) => void): void {
    this._write(Buffer.concat(messages.map(({ chunk }) => chunk)), 'buffer', done);
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }
}

/** A list of ids makes a text of its own for each length, so that texts are without end, and each plan takes memory. */
const MOST_PREPARED = 500;

/** Plans hold names of columns, which these change. */
const DEFINES = /\b(?:alter|create|drop)\s/i;

/** Which statements are prepared, and under which names. A text that is used once is not worth it. */
class Prepared {
  readonly #names = new Map<string, string | undefined>();
  #lastName = 0;

  /** @returns the name to prepare it under, or undefined */
  nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const isSeen = this.#names.has(text);
    if (!isSeen && this.#names.size >= MOST_PREPARED) return undefined;
    const name = isSeen ? `s${(this.#lastName += 1)}` : undefined;
    this.#names.set(text, name);
    return name;
  }

  /** Names are never used again. */
  forget(): void {
    this.#names.clear();
  }
}

export const resultOf = ({ rows, rowCount }: QueryResult): SqlResult => ({
  rows,
  affectedRows: rowCount ?? undefined,
});

/** For a text of several statements the client answers with a list, for one with its result. */
export async function runAll(client: Client, text: string): Promise<SqlResult[]> {
  const answered: QueryResult | QueryResult[] = await client.query(text);
  return (Array.isArray(answered) ? answered : [answered]).map(resultOf);
}

export class EmbeddedEngine implements SqlEngine {
  readonly #engine: PGlite;
  readonly #prepared = new Prepared();
  #client: Promise<Client> | undefined;

  /** @param engine as PGlite makes it: nobody else may speak to it. */
  constructor(engine: PGlite) {
    this.#engine = engine;
  }

  async query(text: string, values: unknown[]): Promise<SqlResult> {
    const client = await this.#connected();
    const name = this.#prepared.nameOf(text);
    return resultOf(await client.query({ text, values, ...(name !== undefined && { name }) }));
  }

  async exec(text: string): Promise<SqlResult[]> {
    const defines = DEFINES.test(text);
    if (!defines && !text.includes(';')) return [await this.query(text, [])];
    const client = await this.#connected();
    const results = await runAll(client, text);
    if (defines) {
      this.#prepared.forget();
      await client.query('deallocate all');
    }
    return results;
  }

  async close(): Promise<void> {
    const client = await this.#client;
    await client?.end();
    await this.#engine.close();
  }

  #connected(): Promise<Client> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<Client> {
    await this.#engine.waitReady;
    const stream = (): Duplex => new EngineSocket(this.#engine);
    const client = new Client({ stream, user: 'postgres', types: columnTypes });
    // Without a listener an error of the connection would end the process; the statement under way fails with it.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }
}
