// SPDX-License-Identifier: Apache-2.0
// Draws inputs that a schema accepts, out of the schema itself and the words of a history: a transaction that is added to
// the table is drawn without a line here.
import type { NamedTransaction } from '@fabric-offline-pay/domain';
import fc from 'fast-check';
import { defined } from '../support/defined.js';
import type { Words } from './words.js';

type Schema = NamedTransaction['input'];

interface Check {
  readonly _zod: {
    readonly def: {
      readonly check: string;
      readonly value?: number;
      readonly minimum?: number;
      readonly maximum?: number;
    };
  };
}

/** What of a schema's definition matters here; which parts there are depends on the type. */
interface Definition {
  readonly type: string;
  readonly checks?: readonly Check[];
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly innerType?: Schema;
  readonly keyType?: Schema;
  readonly valueType?: Schema;
  readonly options?: readonly Schema[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
}

type Draw = (definition: Definition, context: Context) => fc.Arbitrary<unknown>;

interface Context {
  readonly schema: Schema;
  readonly words: Words;
  /** The name of the field that is drawn. */
  readonly field: string;
}

const definitionOf = (schema: Schema): Definition => schema._zod.def;

function bound(checks: readonly Check[] = [], kind: string, part: 'value' | 'minimum' | 'maximum') {
  return checks.find(({ _zod }) => _zod.def.check === kind)?._zod.def[part];
}

function word({ schema, words, field }: Context): fc.Arbitrary<unknown> {
  const known = words.candidates(field, (candidate) => schema.safeParse(candidate).success);
  // Nothing known is accepted: the call is then only as good as any text.
  return known.length === 0 ? fc.string() : fc.constantFrom(...known);
}

function number(definition: Definition, context: Context): fc.Arbitrary<unknown> {
  const min = bound(definition.checks, 'greater_than', 'value') ?? 0;
  const max = bound(definition.checks, 'less_than', 'value') ?? Number.MAX_SAFE_INTEGER;
  const { schema, words, field } = context;
  const known = words.candidates(field, (candidate) => schema.safeParse(candidate).success);
  return fc.constantFrom(min, max, ...known, ...known);
}

function object({ shape = {} }: Definition, { words }: Context): fc.Arbitrary<unknown> {
  const fields = Object.entries(shape).map(
    ([field, schema]) => [field, arbitraryOf(schema, words, field)] as const,
  );
  return fc
    .record(Object.fromEntries(fields))
    .map((drawn) =>
      Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined)),
    );
}

function array({ element, checks }: Definition, { words, field }: Context): fc.Arbitrary<unknown> {
  const minLength = bound(checks, 'min_length', 'minimum') ?? 0;
  const maxLength = Math.min(minLength + 2, bound(checks, 'max_length', 'maximum') ?? 2);
  return fc.array(arbitraryOf(defined(element, 'element'), words, field), { minLength, maxLength });
}

function record({ keyType, valueType }: Definition, { words, field }: Context) {
  const entry = fc.tuple(
    arbitraryOf(defined(keyType, 'type of keys'), words, 'currency'),
    arbitraryOf(defined(valueType, 'type of values'), words, field),
  );
  return fc.array(entry, { maxLength: 2 }).map((entries): unknown => Object.fromEntries(entries));
}

const inner = ({ innerType }: Definition, { words, field }: Context) =>
  arbitraryOf(defined(innerType, 'inner type'), words, field);

const DRAW: Readonly<Record<string, Draw>> = {
  string: (_, context) => word(context),
  number,
  object,
  array,
  record,
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
  enum: ({ entries = {} }) => fc.constantFrom(...Object.values(entries)),
  literal: ({ values = [] }) => fc.constantFrom(...values),
  union: ({ options = [] }, { words, field }) =>
    fc.oneof(...options.map((option) => arbitraryOf(option, words, field))),
  nullable: (definition, context) => fc.oneof(inner(definition, context), fc.constant(null)),
  optional: (definition, context) => fc.oneof(inner(definition, context), fc.constant(undefined)),
  default: (definition, context) => fc.oneof(inner(definition, context), fc.constant(undefined)),
};

/** @returns values of the schema's shape; nearly all are accepted. */
export function arbitraryOf(schema: Schema, words: Words, field = ''): fc.Arbitrary<unknown> {
  const definition = definitionOf(schema);
  const draw = DRAW[definition.type] ?? (() => fc.jsonValue());
  return draw(definition, { schema, words, field });
}
