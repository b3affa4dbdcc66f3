// SPDX-License-Identifier: Apache-2.0
// Reads a row out of its key and its bytes. Whatever the bytes are, the answer is a row or what is wrong with it, never an
// exception: a patched chaincode can write anything.
import type * as z from 'zod';
import { CANONICAL_AMOUNT, CANONICAL_SUM } from './basic-shapes.js';
import { isKind, KEY_PARTS, SHAPES, type Kind, type Value } from './row-kinds.js';

/** A row of a kind, with the parts of its key after the kind. */
export type Row = {
  readonly [Of in Kind]: {
    readonly kind: Of;
    readonly parts: readonly string[];
    readonly value: Value<Of>;
  };
}[Kind];

/** Why something is no row. Nothing of its content is in it. */
export interface NoRow {
  readonly rule: 'money.row' | 'money.amount';
  readonly expected: string;
  readonly found: string;
}

/** @returns whether it could be read */
export const isRow = (read: Row | NoRow): read is Row => 'kind' in read;

const noRow = (expected: string, found: string): NoRow => ({ rule: 'money.row', expected, found });

/** The longest name of a field in a finding. */
const LONGEST_FIELD = 80;

/** @returns a field's name without what does not belong into a report */
const shownField = (path: readonly PropertyKey[]): string =>
  path
    .map(String)
    .join('.')
    .replaceAll(/[^A-Za-z0-9._~-]/g, '?')
    .slice(0, LONGEST_FIELD) || 'the row';

/** The deepest of the issues: in a union, that of the part that came nearest says the most. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const [nearest] = issue.errors
    .flat()
    .filter(({ code }) => code === 'invalid_format' || code === 'invalid_type')
    .sort((a, b) => b.path.length - a.path.length);
  return nearest === undefined ? issue : { ...nearest, path: [...issue.path, ...nearest.path] };
}

function misshapen(kind: Kind, issues: readonly z.core.$ZodIssue[]): NoRow {
  const [first] = issues;
  if (first === undefined) return noRow(`a row of kind ${kind}`, 'none');
  const { message, path, code } = innermost(first);
  const isAmount = message === CANONICAL_AMOUNT || message === CANONICAL_SUM;
  return isAmount
    ? { rule: 'money.amount', expected: message, found: `something else in ${shownField(path)}` }
    : noRow(`a row of kind ${kind}`, `${code} at ${shownField(path)}`);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** JSON in the one form in which it is written: no white space, each name once. @returns undefined when it is none */
function jsonOf(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    const text = UTF8.decode(bytes);
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? { value } : undefined;
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** The order's names stand within what the customer signed or picked. */
function fieldsOf(kind: Kind, value: unknown): Fields {
  const fields = value as Fields;
  return kind === 'terms' ? ((fields['terms'] ?? fields['basket']) as Fields) : fields;
}

const saysSame = (part: string, repeated: string | null, fields: Fields): boolean => {
  if (repeated === null) return /^[A-Za-z0-9._~-]+$/.test(part);
  if (!repeated.startsWith('#')) return fields[repeated] === part;
  return /^\d{1,15}$/.test(part) && fields[repeated.slice(1)] === Number(part);
};

function isOwnKey(kind: Kind, parts: readonly string[], value: unknown): boolean {
  const expected = KEY_PARTS[kind];
  if (expected[0] === '…') return parts.length >= 2;
  const fields = fieldsOf(kind, value);
  return (
    parts.length === expected.length &&
    expected.every((repeated, index) => saysSame(parts[index] ?? '', repeated, fields))
  );
}

/** @returns the kind of row that stands under a key; undefined for none that an auditor knows */
export function kindOf(key: string): Kind | undefined {
  const [kind = ''] = key.split('/', 1);
  return isKind(kind) ? kind : undefined;
}

/** Several readers ask for the same row, and the row after one transaction is that before the next: its JSON is read once. */
const known = new WeakMap<Uint8Array, { readonly key: string; readonly row: Row | NoRow }>();

/** @param bytes of the row, which nobody changes; see `RowChange` */
export function readRow(key: string, bytes: Uint8Array): Row | NoRow {
  const read = known.get(bytes);
  if (read?.key === key) return read.row;
  const row = parseRow(key, bytes);
  known.set(bytes, { key, row });
  return row;
}

function parseRow(key: string, bytes: Uint8Array): Row | NoRow {
  const [kind = '', ...parts] = key.split('/');
  if (!isKind(kind)) return noRow('a row of a known kind', 'another kind');
  const json = jsonOf(bytes);
  if (json === undefined) return noRow('JSON as the chaincode writes it', 'something else');
  const { success, data, error } = SHAPES[kind].safeParse(json.value);
  if (!success) return misshapen(kind, error.issues);
  if (!isOwnKey(kind, parts, data)) return noRow('a row under its own key', 'another key');
  return { kind, parts, value: data } as Row;
}
