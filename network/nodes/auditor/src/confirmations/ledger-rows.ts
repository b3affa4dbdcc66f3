// SPDX-License-Identifier: Apache-2.0
// Rows of the audited chaincode as they stand after the last block, read as what they are.
import { ROWS, reserveParts, type ReserveKey } from '@fabric-offline-pay/domain';
import type { AuditorDatabase } from '../database/schema.js';
import { isRow, readRow } from '../rows/read-row.js';
import type { Kind, Value } from '../rows/row-kinds.js';

/** @returns the key of a reserve's row */
export const reserveKeyOf = (reserve: ReserveKey): string =>
  ROWS.reserve.key(...reserveParts(reserve));

/** Keys of one statement. */
const AT_ONCE = 1_000;

function valueOf<Name extends Kind>(
  kind: Name,
  key: string,
  bytes: Buffer,
): Value<Name> | undefined {
  const row = readRow(key, bytes);
  return isRow(row) && row.kind === kind ? (row.value as unknown as Value<Name>) : undefined;
}

/** @returns the rows of this kind among the keys; what cannot be read is left out, and is a finding of its own */
export async function rowsAt<Name extends Kind>(
  db: AuditorDatabase,
  chaincode: string,
  kind: Name,
  keys: Iterable<string>,
): Promise<ReadonlyMap<string, Value<Name>>> {
  const all = [...new Set(keys)];
  const found = new Map<string, Value<Name>>();
  for (let start = 0; start < all.length; start += AT_ONCE) {
    const rows = await db
      .selectFrom('ledger_rows')
      .select(['key', 'value'])
      .where('namespace', '=', chaincode)
      .where(
        'key',
        'in',
        all.slice(start, start + AT_ONCE).map((key) => Buffer.from(key, 'utf8')),
      )
      .execute();
    for (const { key, value } of rows) {
      const name = key.toString('utf8');
      const row = valueOf(kind, name, value);
      if (row !== undefined) found.set(name, row);
    }
  }
  return found;
}

/** The first text after all texts that begin with `prefix/`. */
const afterAll = (prefix: string): Buffer => Buffer.from(`${prefix}0`, 'utf8');

/** @returns all rows of a kind of which there are few */
export async function allRows<Name extends Kind>(
  db: AuditorDatabase,
  chaincode: string,
  kind: Name,
): Promise<readonly Value<Name>[]> {
  const rows = await db
    .selectFrom('ledger_rows')
    .select(['key', 'value'])
    .where('namespace', '=', chaincode)
    .where('key', '>=', Buffer.from(`${kind}/`, 'utf8'))
    .where('key', '<', afterAll(kind))
    .execute();
  return rows
    .map(({ key, value }) => valueOf(kind, key.toString('utf8'), value))
    .filter((row) => row !== undefined);
}

/** @returns the row of a kind that stands once; undefined before it was written */
export const theRow = async <Name extends Kind>(
  db: AuditorDatabase,
  chaincode: string,
  kind: Name,
): Promise<Value<Name> | undefined> => (await rowsAt(db, chaincode, kind, [kind])).get(kind);
