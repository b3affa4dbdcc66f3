// SPDX-License-Identifier: Apache-2.0
// One field of one row, changed by a patched chaincode: each field of each kind of row that a history wrote, with a value that
// could stand there.
import type { ChangedRows, RowChange } from '../../network/nodes/auditor/src/rows/changed-rows.js';
import { defined, itemAt } from './defined.js';
import type { Audited } from './second-line.js';

/** A transaction in which one field of one row that it wrote is another. */
export interface Corruption extends Audited {
  /** `kind: field`; `[]` is any entry of a list, `*` any name. */
  readonly field: string;
}

type Path = readonly string[];

/** Their names are anything: ids, or what a contract answers. */
const NAMED_FREELY = new Set([
  ...['money', 'captures', 'refunds', 'values', 'totals', 'revisions', 'output', 'policy'],
]);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const stepIn = (parent: unknown, name: string, under: string): string => {
  if (Array.isArray(parent)) return '[]';
  return NAMED_FREELY.has(under) ? '*' : name;
};

interface Leaf {
  readonly path: Path;
  /** The same, without indices and free names. */
  readonly field: string;
  readonly value: unknown;
}

function leavesOf(value: unknown, path: Path = [], steps: Path = []): Leaf[] {
  if (!isObject(value)) return [{ path, field: steps.join('.'), value }];
  // What a policy or an answer says is one field: its parts are many, and judged alike.
  const under = steps.at(-1) ?? '';
  if (under === 'policy' || under === 'output') {
    const [first] = Object.keys(value);
    return first === undefined
      ? []
      : leavesOf(value[first], [...path, first], [...steps, '*']).slice(0, 1);
  }
  return Object.entries(value).flatMap(([name, part]) =>
    leavesOf(part, [...path, name], [...steps, stepIn(value, name, under)]),
  );
}

const isNumeral = (text: string): boolean => /^(0|[1-9]\d{0,16})$/.test(text);

/** The last sign is another, of the same alphabet. */
const otherText = (text: string): string => text.slice(0, -1) + (text.endsWith('a') ? 'b' : 'a');

/** @param seen what else stands in this field; a value that could stand there */
function otherValue(value: unknown, seen: readonly unknown[]): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string' && isNumeral(value)) return (BigInt(value) + 1n).toString();
  const other = seen.find((each) => typeof each === 'string' && each !== value);
  if (other !== undefined) return other;
  return typeof value === 'string' ? otherText(value) : undefined;
}

function withValue(value: unknown, [name, ...rest]: Path, other: unknown): unknown {
  if (name === undefined) return other;
  const copy: unknown = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  const fields = copy as Record<string, unknown>;
  fields[name] = withValue(fields[name], rest, other);
  return copy;
}

interface Written {
  readonly audited: Audited;
  readonly index: number;
  readonly row: unknown;
  readonly leaf: Leaf;
}

const kindOf = ({ key }: RowChange): string => key.split('/', 1)[0] ?? '';

const rowOf = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());

function writtenBy(audited: Audited): [field: string, written: Written][] {
  return audited.transaction.changes.flatMap((change, index) => {
    if (change.after === null) return [];
    const row = rowOf(change.after);
    return leavesOf(row).map((leaf): [string, Written] => [
      `${kindOf(change)}: ${leaf.field}`,
      { audited, index, row, leaf },
    ]);
  });
}

function corrupt({ transaction }: Audited, index: number, row: unknown): ChangedRows {
  const changes = transaction.changes.with(index, {
    ...itemAt(transaction.changes, index),
    after: Buffer.from(JSON.stringify(row)),
  });
  return { ...transaction, changes };
}

/** Of each field so many rows are tried, from all over the history. */
const TRIED = 12;

/** @returns each field of each kind of row of a history, changed in some of the rows that have it */
export function corruptionsOf(history: readonly Audited[]): Corruption[] {
  const byField = new Map<string, Written[]>();
  for (const [field, written] of history.flatMap(writtenBy))
    byField.set(field, [...(byField.get(field) ?? []), written]);
  return [...byField].flatMap(([field, all]) => {
    const step = Math.max(1, Math.floor(all.length / TRIED));
    const seen = all.map(({ leaf }) => leaf.value);
    return all
      .filter((_, index) => index % step === 0)
      .flatMap(({ audited, index, row, leaf }) => {
        const other = otherValue(leaf.value, seen);
        if (other === undefined) return [];
        const transaction = corrupt(audited, index, withValue(row, leaf.path, other));
        return [{ field, before: defined(audited.before, 'totals'), transaction }];
      });
  });
}
