// SPDX-License-Identifier: Apache-2.0
// What may be done to an input before it is sent: values, fields and the text itself, as data that a counterexample shows.
import fc from 'fast-check';
import { itemRound } from '../support/defined.js';

/** One change of a value: at which of its parts, counted round, and what. */
export type Mutation =
  | { readonly at: number; readonly set: unknown }
  | { readonly at: number; readonly without: number }
  | { readonly at: number; readonly extra: string; readonly value: unknown }
  | { readonly at: number; readonly as: 'text' | 'number' | 'list' | 'twice' };

/** A change of the JSON text. */
export type TextMutation =
  | { readonly is: string }
  | { readonly cutAt: number }
  | { readonly before: string; readonly after: string }
  | { readonly repeatKeyWith: string; readonly last: boolean };

/** A number that JSON can write but JavaScript cannot distinguish: written as a text, then without its quotes. */
const raw = (text: string): string => `\uE000${text}\uE000`;
const RAW = /"\uE000(.*?)\uE000"/g;

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'length', ''];

const deep = (depth: number): unknown => {
  let value: unknown = 'x';
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
};

const TEXTS = [
  ...NAMES,
  ' ',
  ...['0', '00', '007', '01250', '-1', '+1', '1.5', '1e3', '0x10', '١', 'NaN', 'Infinity'],
  ...['999999999999999999', '1000000000000000000', '9999999999999999999'],
  ...['../x', 'a/b', 'a~b', 'a:b', '~dispute', '%2F', '\\', '"', 'null', 'undefined', 'any'],
  ...[
    '\u0000',
    '\u0001',
    'a\u0000',
    '\uFFFF',
    '\uD800',
    '\uDC00x',
    '\u202Eabc',
    'é',
    'e\u0301',
    'İ',
  ],
  ...['EUR ', 'eur', 'XXX', 'login', 'customer-1', 'merchant-1', 'a\n', '-a', '.a', 'x'.repeat(64)],
  ...['x'.repeat(65), 'x'.repeat(100_000)],
];

const NUMBERS = [0, -1, 1, 1.5, 2 ** 31, 2 ** 53, 1e21, -(2 ** 53)];
const RAWS = ['-0', '1e400', '-1e400', '1E2', '1.0', '9007199254740993', '1e-400'];

const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(...NUMBERS, ...RAWS.map(raw)) },
  fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], deep(100), { toString: 1 }),
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
);

const at = fc.nat({ max: 40 });

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ at, set: value }) },
  { weight: 2, arbitrary: fc.record({ at, without: fc.nat({ max: 12 }) }) },
  fc.record({ at, extra: fc.constantFrom(...NAMES, 'amount', 'signature', 'role'), value }),
  fc.record({ at, as: fc.constantFrom('text', 'number', 'list', 'twice') }),
);

export const textMutation: fc.Arbitrary<TextMutation> = fc.oneof(
  fc.record({
    is: fc.constantFrom('', ' ', 'null', '[]', '{}', '"x"', '1', 'true', '{', 'NaN', "{'a':1}"),
  }),
  fc.record({ cutAt: fc.nat({ max: 200 }) }),
  fc.record({
    before: fc.constantFrom('', '\uFEFF', ' \n', '[', '['.repeat(50_000)),
    after: fc.constantFrom('', ' ', '\u0000', ',', '{}', ']', '// end'),
  }),
  fc.record({ repeatKeyWith: fc.constantFrom('null', '"0"', '1', '"other"'), last: fc.boolean() }),
);

interface Place {
  readonly holder: Record<string, unknown>;
  readonly name: string;
}

/** Every part of a value, the whole first. */
function placesOf(holder: Record<string, unknown>, name: string): Place[] {
  const part = holder[name];
  const parts =
    typeof part === 'object' && part !== null
      ? Object.keys(part).flatMap((each) => placesOf(part as Record<string, unknown>, each))
      : [];
  return [{ holder, name }, ...parts];
}

/** As JSON does: a key such as `__proto__` becomes a field like any other. */
const define = (holder: object, name: string, part: unknown): void =>
  void Object.defineProperty(holder, name, {
    value: part,
    enumerable: true,
    configurable: true,
    writable: true,
  });

const AS: Readonly<Record<'text' | 'number' | 'list' | 'twice', (part: unknown) => unknown>> = {
  text: (part) => (typeof part === 'string' ? part.toUpperCase() : JSON.stringify(part)),
  // A part with a field `toString` is no number, and cannot be asked for one.
  number: (part) => (typeof part !== 'object' && Number.isFinite(Number(part)) ? Number(part) : 7),
  list: (part) => [part],
  twice: (part) => [part, structuredClone(part)].flat(),
};

/** Changes are copied before they are used: a change of the same run may change what this one has set. */
function mutateAt({ holder, name }: Place, drawn: Mutation): void {
  const change = structuredClone(drawn);
  const part = holder[name];
  if ('set' in change) define(holder, name, change.set);
  else if ('as' in change) define(holder, name, AS[change.as](part));
  else if (typeof part !== 'object' || part === null) return;
  else if ('extra' in change) {
    if (!Array.isArray(part)) define(part, change.extra, change.value);
  } else {
    const names = Object.keys(part);
    Reflect.deleteProperty(part, names[change.without % Math.max(1, names.length)] ?? '');
  }
}

/** @returns a copy of the value with the changes, one after the other. */
export function mutate(original: unknown, changes: readonly Mutation[]): unknown {
  const root: Record<string, unknown> = { value: structuredClone(original) };
  for (const change of changes) {
    const places = placesOf(root, 'value');
    mutateAt(itemRound(places, change.at), change);
  }
  return root['value'];
}

function repeatKey(text: string, again: string, last: boolean): string {
  const key = /^\{("(?:[^"\\]|\\.)*"):/.exec(text)?.[1];
  if (key === undefined) return text;
  return last ? `${text.slice(0, -1)},${key}:${again}}` : `{${key}:${again},${text.slice(1)}`;
}

/** @returns the JSON text that is sent. */
export function write(input: unknown, change: TextMutation | null): string {
  const text = JSON.stringify(input).replaceAll(RAW, '$1');
  if (change === null) return text;
  if ('is' in change) return change.is;
  if ('cutAt' in change) return text.slice(0, change.cutAt);
  if ('before' in change) return `${change.before}${text}${change.after}`;
  return repeatKey(text, change.repeatKeyWith, change.last);
}
