// SPDX-License-Identifier: Apache-2.0
// Which rows a call names: they are loaded together before the first of them is asked for.
import type { Access, RawTransaction } from '../blocks/raw-block.js';
import { hashedNamespace, type RowName } from '../state/ledger-state.js';

const utf8 = (key: string): Buffer => Buffer.from(key, 'utf8');
const hex = (hash: string): Buffer => Buffer.from(hash, 'hex');

function* namesIn({ namespace, reads, writes, collections }: Access): Generator<RowName> {
  for (const { key } of [...reads, ...writes]) yield { namespace, key: utf8(key) };
  for (const { collection, ...rows } of collections) {
    const hashed = hashedNamespace(namespace, collection);
    for (const { keyHash } of [...rows.reads, ...rows.writes])
      yield { namespace: hashed, key: hex(keyHash) };
  }
}

/** @returns the names of all rows that a transaction reads one by one, or writes */
export function* rowNames({ content }: RawTransaction): Generator<RowName> {
  if (content.kind !== 'call') return;
  for (const access of content.access) yield* namesIn(access);
}
