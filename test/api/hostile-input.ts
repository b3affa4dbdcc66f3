// SPDX-License-Identifier: Apache-2.0
// Requests that no honest caller makes: an operation's input with values that break databases, parsers and sums, and bodies that are none.
import { pathFields, type Operation } from '@fabric-offline-pay/node-common/client';
import fc from 'fast-check';
import type { RawCall } from './door.js';
import { requestOf } from './request-of.js';
import type { Input } from './sample-input.js';

const DEEP = 5_000;

/** Each has broken something somewhere; those first that a schema is most likely to let through. */
const HOSTILE: readonly unknown[] = [
  ...['a\0b', Number.MAX_SAFE_INTEGER, '9007199254740991', 'f'.repeat(64), 'nobody', 'a\uDFFFb'],
  ...[2 ** 31, '2147483648', '9'.repeat(400), 0, -1, '', '\0', '\uD800', '4006381333955', 'USD'],
  ...['1', 'de', '2026-01-30', '2026-02-30', '0000-00-00', '9999-12-31', '-271821-04-20'],
  ...['\u202E', '😀'.repeat(40), 'x'.repeat(70_000), "' or 1=1 --", '../../etc/passwd', '%00', '%'],
  ...[
    '{{7*7}}',
    'null',
    '-1',
    '1e400',
    '0x1F',
    0.5,
    -0,
    1,
    2 ** 31 - 1,
    2 ** 53,
    -(2 ** 63),
    1e308,
  ],
  ...[null, true, false, [], {}, [[]], [null], { __proto__: null, constructor: 1 }],
];

const hostileValue = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
  { weight: 1, arbitrary: fc.maxSafeInteger() },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
);

/** One value somewhere in the input, however deep, is another one. */
const withHostile = (input: unknown): fc.Arbitrary<unknown> => {
  if (typeof input !== 'object' || input === null || Object.keys(input).length === 0)
    return hostileValue;
  const parts = input as Readonly<Record<string, unknown>>;
  return fc.oneof(
    { weight: 1, arbitrary: hostileValue },
    {
      weight: 4,
      arbitrary: fc
        .constantFrom(...Object.keys(parts))
        .chain((name) => withHostile(parts[name]).map((value) => replaced(parts, name, value))),
    },
  );
};

const replaced = (parts: Readonly<Record<string, unknown>>, name: string, value: unknown) =>
  Array.isArray(parts)
    ? parts.map((each: unknown, index) => (index.toString() === name ? value : each))
    : { ...parts, [name]: value };

type Path = readonly string[];

/** Every place of a value, with the fields that it could have. */
const placesIn = (value: unknown, path: Path): readonly Path[] =>
  typeof value === 'object' && value !== null
    ? [path, ...Object.entries(value).flatMap(([name, inner]) => placesIn(inner, [...path, name]))]
    : [path];

const partOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

function replacedAt(value: unknown, [name, ...rest]: Path, by: unknown): unknown {
  if (name === undefined) return by;
  const parts = (value ?? {}) as Readonly<Record<string, unknown>>;
  return replaced(parts, name, replacedAt(partOf(value, name), rest, by));
}

/**
 * @param most of one place
 * @returns inputs that differ in one hostile value and that the schema lets through: what stops them must be the code behind the schema.
 */
export function inputsThatPass(
  { input: schema }: Operation,
  input: Input,
  most: number,
): readonly Input[] {
  const places = Object.keys(schema.shape).flatMap((field) => placesIn(input[field], [field]));
  return places.flatMap((place) =>
    HOSTILE.map((value) => replacedAt(input, place, value) as Input)
      .filter((candidate) => schema.safeParse(candidate).success)
      .slice(0, most),
  );
}

/** Nothing but its fields is replaced: the input itself stays an object, for a request is made of it. */
const hostileFields = (input: Input, all: readonly string[]): fc.Arbitrary<Input> =>
  fc
    .uniqueArray(fc.constantFrom(...all, 'unknown'), { minLength: 1, maxLength: 2 })
    .chain((names) =>
      fc.tuple(...names.map((name) => withHostile(input[name]))).map((values) => ({
        ...input,
        ...Object.fromEntries(names.map((name, index) => [name, values[index]])),
      })),
    );

const BODIES: readonly (string | Uint8Array)[] = [
  ...['', 'null', '0', '"text"', '[]', '[1]', '{', '{"a":1,"a":2}', '{"__proto__":{"a":1}}'],
  ...['['.repeat(DEEP) + ']'.repeat(DEEP), ' '.repeat(100), '\uFEFF{}'],
  Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d),
];

const TYPES = ['application/json', 'text/plain', 'application/xml', 'multipart/form-data', 'a', ''];

/** The operation's request with another body, media type or key. */
const hostileFraming = (request: RawCall): fc.Arbitrary<RawCall> =>
  fc.record({
    method: fc.constant(request.method),
    path: fc.constantFrom(request.path, `${request.path}?a=%`, `${request.path}?a=1&a=2`),
    headers: fc
      .record({
        'content-type': fc.constantFrom(...TYPES),
        'idempotency-key': fc.constantFrom('', 'k', 'a b', 'x'.repeat(65), 'öffnen'),
      })
      .map((headers) =>
        Object.fromEntries(
          Object.entries(headers).map(([name, text]) => [name, encodeURI(text)] as const),
        ),
      ),
    ...(request.body === undefined ? {} : { body: fc.constantFrom(...BODIES, request.body) }),
  });

/** @returns hostile requests of the operation, near an input that it takes. */
export function hostileRequest(operation: Operation, input: Input): fc.Arbitrary<RawCall> {
  const fields = [...Object.keys(operation.input.shape), ...pathFields(operation)];
  return fc.oneof(
    {
      weight: 4,
      arbitrary: hostileFields(input, fields).map((given) => requestOf(operation, given)),
    },
    { weight: 1, arbitrary: hostileFraming(requestOf(operation, input)) },
  );
}
