// SPDX-License-Identifier: Apache-2.0
// An input that an operation's schema accepts, out of the schema itself and of words that are known by the names of fields.
import type { NamedTransaction } from '@fabric-offline-pay/domain';
import type { Operation } from '@fabric-offline-pay/node-common/client';

type Schema = NamedTransaction['input'];

/** Values by the name of a field; tried in their order. */
export type Words = Readonly<Record<string, readonly unknown[]>>;

export type Input = Readonly<Record<string, unknown>>;

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly options?: readonly Schema[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly values?: readonly unknown[];
  readonly innerType?: Schema;
  readonly in?: Schema;
}

type Make = (definition: Definition, words: Words, field: string) => unknown;

const inner: Make = ({ innerType }, words, field) =>
  innerType === undefined ? undefined : sampleOf(innerType, words, field);

const MAKE: Readonly<Record<string, Make>> = {
  string: () => 'x',
  number: () => 1,
  boolean: () => true,
  null: () => null,
  array: ({ element }, words, field) =>
    element === undefined ? [] : [sampleOf(element, words, field)],
  object: ({ shape = {} }, words) => objectOf(shape, words),
  enum: ({ entries = {} }) => Object.values(entries)[0],
  literal: ({ values = [] }) => values[0],
  union: ({ options = [] }, words, field) =>
    options[0] === undefined ? undefined : sampleOf(options[0], words, field),
  nullable: inner,
  prefault: inner,
  pipe: (definition, words, field) =>
    definition.in === undefined ? undefined : sampleOf(definition.in, words, field),
  optional: () => undefined,
  default: () => undefined,
};

const objectOf = (shape: Readonly<Record<string, Schema>>, words: Words): Input =>
  Object.fromEntries(
    Object.entries<Schema>(shape)
      .map(([field, schema]) => [field, sampleOf(schema, words, field)] as const)
      .filter(([, value]) => value !== undefined),
  );

/** @returns a word of the field that the schema accepts, else a value made from the schema. */
function sampleOf(schema: Schema, words: Words, field: string): unknown {
  const known = words[field]?.find((word) => schema.safeParse(word).success);
  if (known !== undefined) return known;
  const definition = schema._zod.def as unknown as Definition;
  return MAKE[definition.type]?.(definition, words, field);
}

/**
 * @returns an input of the operation.
 * @throws {Error} naming the field for which a word is missing: whoever adds an operation adds the word.
 */
export function sampleInput(name: string, { input }: Operation, words: Words): Input {
  const made = objectOf(input.shape, words);
  const parsed = input.safeParse(made);
  if (parsed.success) return made;
  const places = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new Error(`no word is known for ${places} of ${name}`);
}
