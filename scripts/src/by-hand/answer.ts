// SPDX-License-Identifier: Apache-2.0
// An answer as text for a person: one name and value per line, lists of similar entries as tables, the rest indented.
import { table } from '../output.js';

type Fields = Readonly<Record<string, unknown>>;

const INDENT = '  ';

const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

type Scalar = string | number | boolean | bigint | null | undefined;

const isScalar = (value: unknown): value is Scalar => value === null || typeof value !== 'object';

const scalarText = (value: Scalar): string =>
  value === null || value === undefined ? '-' : String(value);

const isFlat = (value: unknown): value is Readonly<Record<string, Scalar>> =>
  isFields(value) && Object.values(value).every(isScalar);

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `${INDENT}${line}`)
    .join('\n');

/** A table of entries that have the same scalar fields. */
function tableText(entries: readonly Readonly<Record<string, Scalar>>[]): string {
  const columns = [...new Set(entries.flatMap((entry) => Object.keys(entry)))];
  return table([
    columns,
    ...entries.map((entry) => columns.map((name) => scalarText(entry[name]))),
  ]);
}

function listText(entries: readonly unknown[]): string {
  if (entries.every(isScalar)) return entries.map(scalarText).join(', ');
  if (entries.every(isFlat)) return tableText(entries);
  return entries.map((entry) => readable(entry)).join('\n\n');
}

function fieldsText(fields: Fields): string {
  const scalars = Object.entries(fields).filter(([, value]) => isInline(value));
  const others = Object.entries(fields).filter(([, value]) => !isInline(value));
  const lines = table(scalars.map(([name, value]) => [name, inlineText(value)]));
  const blocks = others.map(([name, value]) => `${name}\n${indented(readable(value))}`);
  return [...(lines === '' ? [] : [lines]), ...blocks].join('\n');
}

/** A value that fits on the line of its name. */
const isInline = (value: unknown): boolean =>
  isScalar(value) ||
  (Array.isArray(value) && value.every(isScalar)) ||
  (isFields(value) && Object.keys(value).length === 0);

const inlineText = (value: unknown): string => {
  const text = Array.isArray(value) ? listText(value) : isScalar(value) ? scalarText(value) : '';
  return text === '' ? '-' : text;
};

/** @returns the value as lines of text. */
export function readable(value: unknown): string {
  if (Array.isArray(value)) return listText(value);
  return isScalar(value) ? scalarText(value) : fieldsText(value as Fields);
}
