// SPDX-License-Identifier: Apache-2.0
// PGlite in a worker thread, for tests: it loads parts of itself by dynamic import, which the sandbox of the test runner refuses.
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import type { SqlEngine } from '../database/pglite-dialect.js';

const PROGRAM = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { PGlite } = require(workerData.pglite);
  const engine = new PGlite(workerData.folder);
  const answer = async ({ sql, parameters }) => {
    if (sql === undefined) return engine.close();
    const { rows, affectedRows } = await engine.query(sql, parameters);
    return { rows, affectedRows };
  };
  parentPort.on('message', (request) => answer(request).then(
    (result) => parentPort.postMessage({ id: request.id, result }),
    (error) => parentPort.postMessage({ id: request.id, error: error.message }),
  ));
`;

const reply = z.object({
  id: z.int(),
  error: z.string().optional(),
  result: z.object({ rows: z.array(z.unknown()), affectedRows: z.number().optional() }).optional(),
});

type Reply = z.output<typeof reply>;
type Result = NonNullable<Reply['result']>;

/** Real PostgreSQL, in memory unless a folder is given. */
export class WorkerEngine implements SqlEngine {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (answer: Reply) => void>();
  #lastId = 0;

  constructor(folder?: string) {
    const workerData = { pglite: require.resolve('@electric-sql/pglite'), folder };
    this.#worker = new Worker(PROGRAM, { eval: true, workerData });
    this.#worker.on('message', (message: unknown) => {
      const answer = reply.parse(message);
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  query(sql: string, parameters: unknown[]): Promise<Result> {
    return this.#ask({ sql, parameters });
  }

  async close(): Promise<void> {
    await this.#ask({});
    await this.#worker.terminate();
  }

  #ask(request: { readonly sql?: string; readonly parameters?: unknown[] }): Promise<Result> {
    const id = (this.#lastId += 1);
    this.#worker.postMessage({ id, ...request });
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ error, result }) =>
        error === undefined ? resolve(result ?? { rows: [] }) : reject(new Error(error)),
      );
    });
  }
}
