// SPDX-License-Identifier: Apache-2.0
// What a transaction did to one row of the ledger.
import { ROWS, type RowKind, type RowValue } from '@fabric-offline-pay/domain';

/** A row as a transaction left it. */
export interface KeyedChange {
  readonly key: string;
  /** JSON; null when the row was removed. */
  readonly value: string | null;
}

/** The same, by kind: `change.kind === 'order'` tells what `change.row` holds. */
export type RowChange = {
  readonly [Kind in RowKind]: {
    readonly kind: Kind;
    /** The parts of its key after the kind. */
    readonly parts: readonly string[];
    /** Null when the row was removed. */
    readonly row: RowValue<Kind> | null;
  };
}[RowKind];

const isKind = (name: string): name is RowKind => Object.hasOwn(ROWS, name);

/** Several readers of a block ask for the same row: its JSON is read once. */
const read = new WeakMap<KeyedChange, RowChange>();

/**
 * The members of the channel wrote the row by the chaincode that they agreed on, so its shape is believed.
 * @returns undefined for a kind that this version does not know
 */
export function rowChange(change: KeyedChange): RowChange | undefined {
  const known = read.get(change);
  if (known !== undefined) return known;
  const { key, value } = change;
  const [kind = '', ...parts] = key.split('/');
  if (!isKind(kind)) return undefined;
  const row: unknown = value === null ? null : JSON.parse(value);
  const made = { kind, parts, row } as RowChange;
  read.set(change, made);
  return made;
}
