// SPDX-License-Identifier: Apache-2.0
// Columns as data: tables, their types, what is answered over HTTP and what is exported are all made from them.
import * as z from 'zod';

interface Values {
  readonly text: string;
  readonly integer: number;
  readonly bigint: number;
  readonly boolean: boolean;
}

/** What stands in a column. `bigint` holds instants: whole numbers that JavaScript has exactly. */
export type ColumnType = keyof Values;

export interface Column {
  readonly type: ColumnType;
  /** Whether nothing may stand there. */
  readonly nullable: boolean;
  /** For people. */
  readonly says: string;
}

/** By their names, which are those of the database. */
export type Columns = Readonly<Record<string, Column>>;

const columnOf =
  <const Type extends ColumnType, const Nullable extends boolean>(type: Type, nullable: Nullable) =>
  (says: string) =>
    ({ type, nullable, says }) as const;

export const text = columnOf('text', false);
export const integer = columnOf('integer', false);
export const bigint = columnOf('bigint', false);
export const boolean = columnOf('boolean', false);
/** Nothing stands there where it does not apply. */
export const optionalText = columnOf('text', true);
export const optionalInteger = columnOf('integer', true);
export const optionalInstant = columnOf('bigint', true);

type ValueOf<Of extends Column> = Values[Of['type']] | (Of['nullable'] extends true ? null : never);

/** A row of a table with these columns. */
export type RowOf<Of extends Columns> = { -readonly [Name in keyof Of]: ValueOf<Of[Name]> };

type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;

/** The same as programs get it. */
export type Entry<Of extends Columns> = {
  readonly [Name in keyof Of & string as Camel<Name>]: ValueOf<Of[Name]>;
};

/** @returns the name that programs get for a column */
export const fieldName = (column: string): string =>
  column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** @returns the row under the names that programs get */
export const entryOf = <Of extends Columns>(columns: Of, row: RowOf<Of>): Entry<Of> =>
  Object.fromEntries(
    Object.keys(columns).map((name) => [fieldName(name), row[name]]),
  ) as unknown as Entry<Of>;

const SCHEMAS: Readonly<Record<ColumnType, z.ZodType>> = {
  text: z.string(),
  integer: z.int(),
  bigint: z.int(),
  boolean: z.boolean(),
};

function schemaOf({ type, nullable, says }: Column): z.ZodType {
  const schema = SCHEMAS[type];
  return (nullable ? schema.nullable() : schema).describe(says);
}

/** @returns the schema of {@link Entry} */
export const entrySchema = <Of extends Columns>(columns: Of) =>
  z.object(
    Object.fromEntries(
      Object.entries(columns).map(([name, column]) => [fieldName(name), schemaOf(column)]),
    ),
  ) as unknown as z.ZodType<Entry<Of>, Entry<Of>>;
