// SPDX-License-Identifier: Apache-2.0
// The hash by which a peer notes what a block changed: outcomes, and rows with the places where they were written, joined to the hash of the
// block before. See `addBlockCommitHash` in core/ledger/kvledger and `deterministicBytesForPubAndHashUpdates` in txmgmt/txmgr of Fabric.
import { createHash } from 'node:crypto';
import { field, varint } from '../blocks/protocol-bytes.js';
import type { Access, RawBlock } from '../blocks/raw-block.js';
import { VALID } from './outcomes.js';

/** A row as the block leaves it. Null: removed. */
interface Update {
  readonly value: Uint8Array | null;
  /** Place of the transaction that wrote it. */
  readonly tx: number;
}

/** By key, in hex: texts in hex have the order of their bytes. */
type Updates = Map<string, Update>;

/** Of a namespace: its public rows under the empty name, then its collections. */
type Collections = Map<string, Updates>;

const PUBLIC = '';

function updatesIn(all: Map<string, Collections>, namespace: string, collection: string): Updates {
  const collections = all.get(namespace) ?? new Map<string, Updates>();
  all.set(namespace, collections);
  const updates = collections.get(collection) ?? new Map<string, Update>();
  collections.set(collection, updates);
  return updates;
}

function take(all: Map<string, Collections>, access: Access, tx: number): void {
  const { namespace, writes, collections } = access;
  for (const { key, value } of writes)
    updatesIn(all, namespace, PUBLIC).set(Buffer.from(key).toString('hex'), { value, tx });
  for (const { collection, writes: hashed } of collections)
    for (const { keyHash, valueHash } of hashed)
      updatesIn(all, namespace, collection).set(keyHash, {
        value: valueHash === null ? null : Buffer.from(valueHash, 'hex'),
        tx,
      });
}

function updatesOf({ transactions }: RawBlock): Map<string, Collections> {
  const all = new Map<string, Collections>();
  for (const { code, content, index } of transactions)
    if (code === VALID && content.kind === 'call')
      for (const access of content.access) take(all, access, index);
  return all;
}

/** Fabric: `EncodeOrderPreservingVarUint64`. */
function ordered(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([bytes.length, ...bytes]);
}

const IS_DELETE = Buffer.from([(4 << 3) | 0, 1]);

/** A row, with what names its namespace and its collection where they begin. */
const rowBytes = (names: readonly Buffer[], key: string, { value, tx }: Update, block: number) =>
  field(
    1,
    Buffer.concat([
      ...names,
      field(3, Buffer.from(key, 'hex')),
      value === null ? IS_DELETE : field(5, value),
      field(6, Buffer.concat([ordered(block), ordered(tx)])),
    ]),
  );

const sorted = <Value>(map: ReadonlyMap<string, Value>): (readonly [string, Value])[] =>
  [...map].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

function* bytesOf(block: RawBlock): Generator<Buffer> {
  for (const [namespace, collections] of sorted(updatesOf(block))) {
    let ofNamespace = [field(1, Buffer.from(namespace))];
    for (const [collection, updates] of sorted(collections)) {
      let names = [...ofNamespace, field(2, Buffer.from(collection))];
      for (const [key, update] of sorted(updates)) {
        yield rowBytes(names, key, update, block.number);
        names = [];
      }
      ofNamespace = [];
    }
  }
}

/**
 * @param before the hash of the block before, hex; empty for block 1
 * @returns hex
 */
export function commitHash(before: string, block: RawBlock): string {
  const hash = createHash('sha256').update(varint(block.codes.length)).update(block.codes);
  for (const bytes of bytesOf(block)) hash.update(bytes);
  return hash.update(Buffer.from(before, 'hex')).digest('hex');
}
