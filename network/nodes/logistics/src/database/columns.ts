// SPDX-License-Identifier: Apache-2.0
// What the tables of all concepts have in common.
import type { CreateTableBuilder, Kysely } from 'kysely';

type Table = CreateTableBuilder<string, string>;

type ColumnType = 'text' | 'id' | 'amount' | 'instant' | 'count' | 'flag';

const TYPES = {
  text: 'text',
  id: 'varchar(64)',
  /** Minor units. */
  amount: 'varchar(18)',
  /** Seconds since 1970. */
  instant: 'bigint',
  count: 'integer',
  flag: 'boolean',
} as const satisfies Record<ColumnType, string>;

/** `?` at the end of a type: the column may be null. */
type Shape = Readonly<Record<string, ColumnType | `${ColumnType}?`>>;

const isType = (name: string): name is ColumnType => Object.hasOwn(TYPES, name);

function typeOf(declared: string): (typeof TYPES)[ColumnType] {
  const name = declared.replace('?', '');
  if (!isType(name)) throw new Error(`no type of column: ${declared}`);
  return TYPES[name];
}

/** Makes a table with a primary key. */
export async function createTable(
  db: Kysely<unknown>,
  name: string,
  shape: Shape,
  key: readonly string[],
): Promise<void> {
  const empty: Table = db.schema.createTable(name);
  const table = Object.entries(shape).reduce(
    (built, [column, declared]) =>
      built.addColumn(column, typeOf(declared), (each) =>
        declared.endsWith('?') ? each : each.notNull(),
      ),
    empty,
  );
  await table.addPrimaryKeyConstraint(`${name}_key`, [...key]).execute();
}
