// SPDX-License-Identifier: Apache-2.0
// One connection to a server, in the shape of the engine inside the process: for tests that let a connection die at any statement.
import { Client, type QueryResult } from 'pg';
import { columnTypes } from '../database/column-types.js';
import type { SqlEngine, SqlResult } from '../database/pglite-dialect.js';

const resultOf = ({ rows, rowCount }: QueryResult): SqlResult => ({
  rows,
  affectedRows: rowCount ?? undefined,
});

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

  /** Without parameters the server takes several statements, and the client answers with a list for more than one. */
  async exec(sql: string): Promise<SqlResult[]> {
    const answered: QueryResult | QueryResult[] = await this.#client.query(sql);
    return (Array.isArray(answered) ? answered : [answered]).map(resultOf);
  }

  close(): Promise<void> {
    return this.#client.end();
  }
}
