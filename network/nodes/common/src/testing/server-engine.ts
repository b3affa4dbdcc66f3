// SPDX-License-Identifier: Apache-2.0
// One connection to a server, in the shape of the engine inside the process: for tests that let a connection die at any statement.
import { Client } from 'pg';
import { columnTypes } from '../database/column-types.js';
import { resultOf, runAll } from '../database/embedded-engine.js';
import type { SqlEngine, SqlResult } from '../database/pglite-dialect.js';

export class ServerEngine implements SqlEngine {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async connect(url: string): Promise<ServerEngine> {
    const client = new Client({ connectionString: url, types: columnTypes });
    await client.connect();
    return new ServerEngine(client);
  }

  async query(sql: string, parameters: unknown[]): Promise<SqlResult> {
    return resultOf(await this.#client.query(sql, parameters));
  }

  exec(sql: string): Promise<SqlResult[]> {
    return runAll(this.#client, sql);
  }

  close(): Promise<void> {
    return this.#client.end();
  }
}
