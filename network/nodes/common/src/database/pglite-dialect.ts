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

/** What a statement answered. */
export interface SqlResult {
  readonly rows: unknown[];
  readonly affectedRows?: number | undefined;
}

/** The part of PGlite that this dialect uses. */
export interface SqlEngine {
  query(sql: string, parameters: unknown[]): Promise<SqlResult>;
  /** Several statements without parameters, separated by semicolons; one result for each. */
  exec(sql: string): Promise<SqlResult[]>;
  close(): Promise<void>;
}

class EngineConnection implements DatabaseConnection {
  readonly #engine: SqlEngine;
  isInTransaction = false;

  constructor(engine: SqlEngine) {
    this.#engine = engine;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, affectedRows } =
      query.parameters.length === 0
        ? await this.#runAll(query.sql)
        : await this.#engine.query(query.sql, [...query.parameters]);
    return { rows: rows as Row[], numAffectedRows: BigInt(affectedRows ?? 0) };
  }

  /** Without parameters there may be several statements, with a transaction of their own: the rows of all, and what the last affected. */
  async #runAll(sql: string): Promise<SqlResult> {
    try {
      const results = await this.#engine.exec(sql);
      return {
        rows: results.flatMap(({ rows }) => rows),
        affectedRows: results.at(-1)?.affectedRows,
      };
    } catch (error) {
      if (!this.isInTransaction) await this.#engine.query('rollback', []);
      throw error;
    }
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
    this.#connection.isInTransaction = true;
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
    this.#connection.isInTransaction = false;
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
    this.#connection.isInTransaction = false;
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
