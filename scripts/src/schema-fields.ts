// SPDX-License-Identifier: Apache-2.0
// Describes the fields of a schema with type, limits and meaning, for documents and for the help of the command line.
import * as z from 'zod';

export type Schema = Readonly<Record<string, unknown>>;

export interface SchemaField {
  /** Nested objects as `a.b`, entries of arrays as `a[].b`, optional fields as `a?`. */
  readonly path: string;
  readonly type: string;
  readonly meaning: string;
}

export const schemaOf = (type: z.ZodType): Schema =>
  z.toJSONSchema(type, { unrepresentable: 'any', io: 'input' });

const isNumber = (value: unknown): value is number => typeof value === 'number';

/** Whole numbers without own limits have the limits of exact arithmetic, which are not worth showing. */
const isLimit = (value: unknown): value is number =>
  isNumber(value) && Math.abs(value) < Number.MAX_SAFE_INTEGER;

function between(least: unknown, most: unknown): string {
  if (isLimit(least) && isLimit(most)) return `${least.toString()} to ${most.toString()}`;
  if (isLimit(least)) return `at least ${least.toString()}`;
  return isLimit(most) ? `at most ${most.toString()}` : '';
}

/** The limits of a number's value, a text's length, or a list's number of entries. */
export function schemaLimits(schema: Schema): string {
  const value = between(schema['minimum'], schema['maximum']);
  const characters = between(schema['minLength'], schema['maxLength']);
  const entries = between(schema['minItems'], schema['maxItems']);
  return [
    value,
    characters === '' ? '' : `${characters} characters`,
    entries === '' ? '' : `${entries} entries`,
  ]
    .filter((text) => text !== '')
    .join(', ');
}

/** The kind of a value: its type, its constant or its choices. */
function schemaKind(schema: Schema): string {
  if (Array.isArray(schema['enum']))
    return schema['enum'].map((value) => JSON.stringify(value)).join(', ');
  if ('const' in schema) return JSON.stringify(schema['const']);
  return typeof schema['type'] === 'string' ? schema['type'] : 'one of several';
}

const typeText = (schema: Schema): string =>
  [schemaKind(schema), schemaLimits(schema)].filter((text) => text !== '').join(', ');

export const meaningOf = (schema: Schema): string =>
  typeof schema['description'] === 'string' ? schema['description'] : '';

export const alternatives = (schema: Schema): Schema[] =>
  (schema['oneOf'] ?? schema['anyOf'] ?? []) as Schema[];

/** The fields of an object, and whether each is required. */
export function propertiesOf(schema: Schema): [name: string, field: Schema, required: boolean][] {
  const required = (schema['required'] ?? []) as string[];
  return Object.entries((schema['properties'] ?? {}) as Record<string, Schema>).map(
    ([name, field]) => [name, field, required.includes(name)],
  );
}

/** A tuple. Its description says what each place means. */
const tupleField = (schema: Schema, path: string): SchemaField => ({
  path,
  type: `list of ${(schema['prefixItems'] as Schema[]).length.toString()}`,
  meaning: meaningOf(schema),
});

/** @returns the fields of a schema, nested ones included. */
export function fieldsOf(schema: Schema, path = ''): SchemaField[] {
  if (schema['properties'] !== undefined)
    return propertiesOf(schema).flatMap(([name, field, required]) =>
      fieldsOf(field, `${path === '' ? '' : `${path}.`}${name}${required ? '' : '?'}`),
    );
  if (schema['prefixItems'] !== undefined) return [tupleField(schema, path)];
  if (schema['items'] !== undefined) return fieldsOf(schema['items'] as Schema, `${path}[]`);
  const nested = alternatives(schema).filter((entry) => entry['properties'] !== undefined);
  if (nested.length > 0) return nested.flatMap((entry) => fieldsOf(entry, path));
  return path === '' ? [] : [{ path, type: typeText(schema), meaning: meaningOf(schema) }];
}
