// SPDX-License-Identifier: Apache-2.0
// Opens the bank's database and brings its tables up to date.
import { PGlite } from '@electric-sql/pglite';
import { Kysely, Migrator } from 'kysely';
import { createDataFolder } from './create-data-folder.js';
import { MIGRATIONS } from './migrations.js';
import { pgliteDialect, type SqlEngine } from './pglite-dialect.js';
import type { BankDatabase, BankTables } from './schema.js';

/** @returns PGlite on a data folder, which is made if missing. Only one process at a time may use it. */
export async function pgliteIn(folder: string): Promise<SqlEngine> {
  await createDataFolder(folder);
  return new PGlite(folder);
}

/**
 * @returns the database with all migrations applied; `destroy()` closes the engine.
 * @throws when a migration fails; the database then stays unchanged.
 */
export async function openDatabase(engine: SqlEngine): Promise<BankDatabase> {
  const db = new Kysely<BankTables>({ dialect: pgliteDialect(engine) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return db;
  await db.destroy();
  throw new Error("The bank's database could not be brought up to date.", { cause: error });
}
