// SPDX-License-Identifier: Apache-2.0
// PGlite in a worker thread, for tests: it loads parts of itself by dynamic import, which the sandbox of the test runner refuses.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import type { SqlEngine, SqlResult } from '../database/pglite-dialect.js';

/** Compiled: a thread of its own knows nothing of the test runner's way to load sources. */
const EMBEDDED = join(__dirname, '../../dist/database/embedded-engine.js');

const PROGRAM = `
  const { readFileSync } = require('node:fs');
  const { parentPort, workerData } = require('node:worker_threads');
  const { PGlite } = require(workerData.pglite);
  const { EmbeddedEngine } = require(workerData.embedded);
  const { folder, made } = workerData;
  const engine = new EmbeddedEngine(
    folder === undefined && made !== undefined
      ? new PGlite({ loadDataDir: new Blob([readFileSync(made)]) })
      : new PGlite(folder),
  );
  const answer = async ({ sql, parameters }) => {
    if (sql === undefined) return engine.close();
    if (parameters === undefined) return engine.exec(sql);
    return [await engine.query(sql, parameters)];
  };
  parentPort.on('message', (request) => answer(request).then(
    (result) => parentPort.postMessage({ id: request.id, result }),
    (error) => parentPort.postMessage({ id: request.id, error: error.message }),
  ));
`;

const reply = z.object({
  id: z.int(),
  error: z.string().optional(),
  result: z
    .array(z.object({ rows: z.array(z.unknown()), affectedRows: z.number().optional() }))
    .optional(),
});

type Reply = z.output<typeof reply>;

/** Names a file with an empty database: to load it costs a quarter of making it anew. Without it each is made anew. */
const KEPT_VARIABLE = 'OFFPAY_TEST_EMPTY_DATABASE';

/** Bytes lose their class on the way between threads. */
const asBuffer = (value: unknown): unknown =>
  ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;

const withBuffers = (row: unknown): unknown =>
  Object.fromEntries(Object.entries(row as object).map(([name, value]) => [name, asBuffer(value)]));

/** Real PostgreSQL, in memory unless a folder is given. */
export class WorkerEngine implements SqlEngine {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (answer: Reply) => void>();
  #lastId = 0;

  constructor(folder?: string) {
    const pglite = require.resolve('@electric-sql/pglite');
    const workerData = { pglite, embedded: EMBEDDED, folder, made: process.env[KEPT_VARIABLE] };
    this.#worker = new Worker(PROGRAM, { eval: true, workerData });
    this.#worker.on('message', (message: unknown) => {
      const answer = reply.parse(message);
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  async query(sql: string, parameters: unknown[]): Promise<SqlResult> {
    const [result] = await this.#ask({ sql, parameters });
    return result ?? { rows: [] };
  }

  exec(sql: string): Promise<SqlResult[]> {
    return this.#ask({ sql });
  }

  async close(): Promise<void> {
    await this.#ask({});
    await this.#worker.terminate();
  }

  #ask(request: { readonly sql?: string; readonly parameters?: unknown[] }): Promise<SqlResult[]> {
    const id = (this.#lastId += 1);
    this.#worker.postMessage({ id, ...request });
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ error, result }) =>
        error === undefined
          ? resolve((result ?? []).map((each) => ({ ...each, rows: each.rows.map(withBuffers) })))
          : reject(new Error(error)),
      );
    });
  }
}
