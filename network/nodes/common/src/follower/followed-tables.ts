// SPDX-License-Identifier: Apache-2.0
// Which tables the follower has filled since block 0, and by which version of their projection: written beside the position, so that a
// node notices when a new version of itself has tables that an old database lacks.
import type { Kysely } from 'kysely';
import { NetworkError } from '../network-error.js';

/** The table that {@link createFollowedTables} makes. */
export interface FollowedTablesTables {
  followed_tables: {
    /** Of a table that blocks alone make. */
    name: string;
    /** Of the projection that filled it. */
    version: number;
  };
}

/** A step of the node's migrations. */
export async function createFollowedTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('followed_tables')
    .addColumn('name', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('version', 'integer', (column) => column.notNull())
    .execute();
}

/** The part of a projection that decides whether its tables are up to date. */
export interface VersionedTables {
  readonly tables: readonly string[];
  readonly version?: number;
}

type Versions = ReadonlyMap<string, number>;

const FIRST_VERSION = 1;

const versionsOf = (projections: readonly VersionedTables[]): Versions =>
  new Map(
    projections.flatMap(({ tables, version = FIRST_VERSION }) =>
      tables.map((table) => [table, version] as const),
    ),
  );

async function readVersions(db: Kysely<FollowedTablesTables>): Promise<Versions> {
  const rows = await db.selectFrom('followed_tables').selectAll().execute();
  return new Map(rows.map(({ name, version }) => [name, version]));
}

/** Notes that these projections fill their tables from block 0 on, and no others do. */
export async function writeFollowedTables(
  db: Kysely<FollowedTablesTables>,
  projections: readonly VersionedTables[],
): Promise<void> {
  await db.deleteFrom('followed_tables').execute();
  const rows = [...versionsOf(projections)].map(([name, version]) => ({ name, version }));
  if (rows.length > 0) await db.insertInto('followed_tables').values(rows).execute();
}

/** Tables that nobody fills any more lack blocks from here on: should somebody fill them again, they must be made anew. */
async function forgetOthers(
  db: Kysely<FollowedTablesTables>,
  known: Versions,
  wanted: Versions,
): Promise<void> {
  const others = [...known.keys()].filter((name) => !wanted.has(name));
  if (others.length > 0)
    await db.deleteFrom('followed_tables').where('name', 'in', others).execute();
}

/**
 * Makes sure that the tables have every block until the position, as these projections write it.
 * @param nextBlock of the position; at 0 there is nothing to compare
 * @throws {NetworkError} TABLES_OUTDATED, its details name the tables
 */
export async function ensureFollowed(
  db: Kysely<FollowedTablesTables>,
  projections: readonly VersionedTables[],
  nextBlock: number,
): Promise<void> {
  if (nextBlock === 0) return writeFollowedTables(db, projections);
  const wanted = versionsOf(projections);
  const known = await readVersions(db);
  const outdated = [...wanted]
    .filter(([name, version]) => known.get(name) !== version)
    .map(([name]) => name);
  if (outdated.length > 0)
    throw new NetworkError(
      'TABLES_OUTDATED',
      `Another version of the node, or none, has filled these tables: ${outdated.join(', ')}.`,
      { details: { tables: outdated } },
    );
  await forgetOthers(db, known, wanted);
}
