// SPDX-License-Identifier: Apache-2.0
// How this node's migrations write a table: columns by name, with the few types that they need.
import type { ColumnDataType, CreateTableBuilder, Kysely } from 'kysely';

type Table = CreateTableBuilder<string>;

/** `?` at the end of a type: may be null. */
export type ColumnType = 'id' | 'text' | 'money' | 'time' | 'count' | 'flag' | 'word';

const TYPES: Readonly<Record<ColumnType, ColumnDataType>> = {
  id: 'varchar(160)',
  text: 'text',
  money: 'text',
  time: 'bigint',
  count: 'integer',
  flag: 'boolean',
  word: 'varchar(40)',
};

export type Columns = Readonly<Record<string, ColumnType | `${ColumnType}?`>>;

const isNullable = (type: string): boolean => type.endsWith('?');

function withColumn(table: Table, name: string, type: ColumnType | `${ColumnType}?`): Table {
  const bare = type.replace('?', '') as ColumnType;
  return table.addColumn(name, TYPES[bare], (column) =>
    isNullable(type) ? column : column.notNull(),
  );
}

/** Makes a table with a primary key. */
export async function createTable(
  db: Kysely<unknown>,
  name: string,
  columns: Columns,
  key: readonly string[],
): Promise<void> {
  const table = Object.entries(columns).reduce<Table>(
    (built, [column, type]) => withColumn(built, column, type),
    db.schema.createTable(name),
  );
  await table.addPrimaryKeyConstraint(`${name}_key`, [...key] as never[]).execute();
}
