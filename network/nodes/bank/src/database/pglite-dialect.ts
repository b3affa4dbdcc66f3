// SPDX-License-Identifier: Apache-2.0
// Kysely on PGlite: PostgreSQL inside this process, with one connection that its users take in turn.
import {
  CompiledQuery,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';

/** The part of PGlite that this dialect uses. */
export interface SqlEngine {
  query(
    sql: string,
    parameters: unknown[],
  ): Promise<{ readonly rows: unknown[]; readonly affectedRows?: number | undefined }>;
  close(): Promise<void>;
}

class EngineConnection implements DatabaseConnection {
  readonly #engine: SqlEngine;

  constructor(engine: SqlEngine) {
    this.#engine = engine;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, affectedRows } = await this.#engine.query(query.sql, [...query.parameters]);
    return { rows: rows as Row[], numAffectedRows: BigInt(affectedRows ?? 0) };
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('PGlite has no cursors: read whole results.');
  }
}

class EngineDriver implements Driver {
  readonly #engine: SqlEngine;
  readonly #connection: EngineConnection;
  #lastTurn: Promise<void> = Promise.resolve();
  #endTurn = (): void => undefined;

  constructor(engine: SqlEngine) {
    this.#engine = engine;
    this.#connection = new EngineConnection(engine);
  }

  async init(): Promise<void> {
    await this.#engine.query('select 1', []);
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#lastTurn;
    let end = (): void => undefined;
    this.#lastTurn = new Promise((resolve) => (end = resolve));
    await before;
    this.#endTurn = end;
    return this.#connection;
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings) {
    const level = settings.isolationLevel;
    const begin = level === undefined ? 'begin' : `begin isolation level ${level}`;
    await connection.executeQuery(CompiledQuery.raw(begin));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  releaseConnection(): Promise<void> {
    this.#endTurn();
    return Promise.resolve();
  }

  destroy(): Promise<void> {
    return this.#engine.close();
  }
}

/** @returns a dialect that speaks PostgreSQL to an engine inside the process. */
export const pgliteDialect = (engine: SqlEngine): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new EngineDriver(engine),
  createIntrospector: (database) => new PostgresIntrospector(database),
  createQueryCompiler: () => new PostgresQueryCompiler(),
});
