// SPDX-License-Identifier: Apache-2.0
// Applies what a valid transaction wrote, as the block has it: what peers keep is audited, not what they should have kept, so that one fault
// is one finding and does not spoil what comes after it.
import type { Call } from '../blocks/raw-block.js';
import type { Touched } from '../checks/reads.js';
import type { RowChange } from '../rows/changed-rows.js';
import { hashedNamespace, type LedgerState, type RowName } from '../state/ledger-state.js';

/** Where the transaction stands. */
export interface At {
  readonly block: number;
  readonly tx: number;
}

interface Applying {
  readonly state: LedgerState;
  readonly touched: Touched;
  readonly at: At;
}

function write({ state, touched, at }: Applying, name: RowName, value: Uint8Array | null): void {
  if (value === null) state.remove(name);
  else state.put({ ...name, value, ...at });
  touched.add(name.namespace, name.key);
}

/** @returns the public rows of one namespace, before and after */
export function applyWrites(call: Call, namespace: string, applying: Applying): RowChange[] {
  const changes: RowChange[] = [];
  for (const access of call.access) {
    for (const { key, value } of access.writes) {
      const name = { namespace: access.namespace, key: Buffer.from(key, 'utf8') };
      if (access.namespace === namespace)
        changes.push({ key, before: applying.state.get(name)?.value ?? null, after: value });
      write(applying, name, value);
    }
    for (const { collection, writes } of access.collections)
      for (const { keyHash, valueHash } of writes) {
        const key = Buffer.from(keyHash, 'hex');
        const value = valueHash === null ? null : Buffer.from(valueHash, 'hex');
        write(applying, { namespace: hashedNamespace(access.namespace, collection), key }, value);
      }
  }
  return changes;
}
