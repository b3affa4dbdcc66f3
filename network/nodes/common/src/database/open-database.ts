// SPDX-License-Identifier: Apache-2.0
// Opens a node's database and brings its tables up to date: PostgreSQL inside the process, or a server.
import { setFlagsFromString } from 'node:v8';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, Migrator, PostgresDialect, type Dialect, type Migration } from 'kysely';
import { Pool } from 'pg';
import { columnTypes } from './column-types.js';
import { createDataFolder } from './create-data-folder.js';
import { EmbeddedEngine } from './embedded-engine.js';
import { pgliteDialect, type SqlEngine } from './pglite-dialect.js';

/** Where a node keeps its tables. */
export type DatabasePlace =
  /** Inside the process, in a folder that is made when there is none. One process at a time may use it. */
  | { readonly folder: string }
  /** `postgres://…` of a server, which several processes may share. */
  | { readonly url: string }
  | { readonly engine: SqlEngine };

/** Migrations by name. Those that the database has not seen run at each start, in the order of their names. */
export type Migrations = Readonly<Record<string, Migration>>;

function poolOf(url: string): Pool {
  const pool = new Pool({ connectionString: url, types: columnTypes });
  // An idle connection that the server ended is replaced by the next one; unheard, the event would end the process.
  pool.on('error', () => undefined);
  // The same of one in use: its statement fails, and whoever asked hears of it.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * Bytes of WebAssembly that a function runs through before it is optimised. V8's own bound is a seventh of it, and at that a node spends more
 * on optimising PostgreSQL in its first minutes than it gains; what stays in use is optimised all the same.
 */
const OPTIMISED_AFTER_BYTES = 100_000_000;

/** @returns PostgreSQL inside this process, on a folder that is made when there is none. One process at a time may use it. */
export async function folderEngine(folder: string): Promise<SqlEngine> {
  await createDataFolder(folder);
  setFlagsFromString(`--wasm-tiering-budget=${OPTIMISED_AFTER_BYTES}`);
  return new EmbeddedEngine(new PGlite(folder));
}

async function dialectOf(place: DatabasePlace): Promise<Dialect> {
  if ('url' in place) return new PostgresDialect({ pool: poolOf(place.url) });
  return pgliteDialect('engine' in place ? place.engine : await folderEngine(place.folder));
}

/**
 * @returns the database with all migrations applied; `destroy()` closes it.
 * @throws when a migration fails; the database then stays as it was.
 */
export async function openDatabase<Tables>(
  place: DatabasePlace,
  migrations: Migrations,
): Promise<Kysely<Tables>> {
  const db = new Kysely<Tables>({ dialect: await dialectOf(place) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return db;
  await db.destroy();
  throw new Error("The node's database could not be brought up to date.", { cause: error });
}
