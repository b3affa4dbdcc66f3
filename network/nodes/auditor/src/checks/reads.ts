// SPDX-License-Identifier: Apache-2.0
// Whether what a transaction read still stood when its turn came, as peers check it: see `validateKVRead`, `validateRangeQuery` and
// `validateKVReadHash` in core/ledger/kvledger/txmgmt/validation of Fabric.
import type { Access, ReadRange, Version } from '../blocks/raw-block.js';
import { rangeSummary } from '../replay/range-summary.js';
import { hashedNamespace, type LedgerState, type StateRow } from '../state/ledger-state.js';

/** A read that no longer holds. */
export interface Conflict {
  readonly outcome: 'MVCC_READ_CONFLICT' | 'PHANTOM_READ_CONFLICT';
  /** Namespace and key. */
  readonly subject: string;
}

/** Names of rows that earlier transactions of the block wrote: a row that is gone again conflicts, too. */
export class Touched {
  readonly #names = new Set<string>();

  add(namespace: string, key: Uint8Array): void {
    this.#names.add(`${namespace}\n${Buffer.from(key).toString('base64')}`);
  }

  has(namespace: string, key: Uint8Array): boolean {
    return this.#names.has(`${namespace}\n${Buffer.from(key).toString('base64')}`);
  }
}

const utf8 = (key: string): Buffer => Buffer.from(key, 'utf8');

const isAt = (row: StateRow | null, version: Version | null): boolean =>
  row?.block === version?.block && row?.tx === version?.tx;

/** The end of a range that was not read to its end is its last row, and part of it. */
function endOf({ endKey, exhausted }: ReadRange): Buffer | null {
  if (exhausted) return endKey === '' ? null : utf8(endKey);
  return Buffer.concat([utf8(endKey), Buffer.of(0)]);
}

/** @returns the rows that a range covers now */
export const rowsIn = (
  state: LedgerState,
  namespace: string,
  range: ReadRange,
): Promise<readonly StateRow[]> => state.range(namespace, utf8(range.startKey), endOf(range));

function isRangeCurrent(range: ReadRange, rows: readonly StateRow[]): boolean {
  const now = rows.map(({ key, block, tx }) => ({
    key: Buffer.from(key).toString('utf8'),
    version: { block, tx },
  }));
  if (range.merkle !== undefined)
    return JSON.stringify(rangeSummary(now)) === JSON.stringify(range.merkle);
  return JSON.stringify(now) === JSON.stringify(range.reads);
}

interface Reading {
  readonly state: LedgerState;
  readonly touched: Touched;
}

function keyConflict({ namespace, reads }: Access, { state, touched }: Reading) {
  return reads.find(({ key, version }) => {
    const name = { namespace, key: utf8(key) };
    return touched.has(namespace, name.key) || !isAt(state.get(name), version);
  });
}

function hashConflict(access: Access, { state, touched }: Reading) {
  for (const { collection, reads } of access.collections) {
    const namespace = hashedNamespace(access.namespace, collection);
    const changed = reads.find(({ keyHash, version }) => {
      const key = Buffer.from(keyHash, 'hex');
      return touched.has(namespace, key) || !isAt(state.get({ namespace, key }), version);
    });
    if (changed !== undefined) return `${namespace} ${changed.keyHash}`;
  }
  return undefined;
}

async function conflictIn(access: Access, reading: Reading): Promise<Conflict | undefined> {
  const { namespace } = access;
  const key = keyConflict(access, reading);
  if (key !== undefined)
    return { outcome: 'MVCC_READ_CONFLICT', subject: `${namespace} ${key.key}` };
  for (const range of access.ranges)
    if (!isRangeCurrent(range, await rowsIn(reading.state, namespace, range)))
      return { outcome: 'PHANTOM_READ_CONFLICT', subject: `${namespace} ${range.startKey}` };
  const subject = hashConflict(access, reading);
  return subject === undefined ? undefined : { outcome: 'MVCC_READ_CONFLICT', subject };
}

/** @returns the first read of a call that does not hold any more; all rows that it names were loaded */
export async function conflictOf(
  accesses: readonly Access[],
  reading: Reading,
): Promise<Conflict | undefined> {
  for (const access of accesses) {
    const conflict = await conflictIn(access, reading);
    if (conflict !== undefined) return conflict;
  }
  return undefined;
}
