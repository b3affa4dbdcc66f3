// SPDX-License-Identifier: Apache-2.0
// The ledger in memory, as a node in another process reaches it.
import type { Role } from '@fabric-offline-pay/domain';
import type { Client, CommittedBlock } from '@fabric-offline-pay/sdk';
import type { MemoryNetwork } from '@fabric-offline-pay/testing';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { ownCopyOf, type Calls } from './line.js';
import type { LedgerCall } from './process/remote-ledger.js';

/** Whose certificates the node has. */
export interface NodeIdentity {
  readonly role: Role;
  readonly actor: string;
}

type Method = (input: unknown, options?: { readonly transient: unknown }) => Promise<unknown>;

/** Blocks on the ledger; block 0 has no transactions. */
export const heightOf = ({ ledger }: MemoryNetwork): number => ledger.blocks().length + 1;

/** @returns all blocks from this one, when there is one; none when the signal ended the wait */
async function blocksFrom(
  memory: MemoryNetwork,
  from: bigint,
  signal: AbortSignal,
): Promise<CommittedBlock[]> {
  const found: CommittedBlock[] = [];
  for await (const block of new MemoryBlocks(memory.ledger).committedBlocks(from, signal)) {
    found.push(block);
    if (Number(block.number) + 1 >= heightOf(memory)) break;
  }
  return found;
}

/** @param dead aborts when the process that asks is dead */
export const ledgerCalls = (
  memory: MemoryNetwork,
  { role, actor }: NodeIdentity,
  dead: AbortSignal,
): Calls => ({
  ledger: ({ role: attribute, contract, name, input, transient }: LedgerCall) => {
    const client = memory.clientFor(role, attribute, actor);
    const method = (client[contract as keyof Client] as unknown as Record<string, Method>)[name];
    const options = transient === undefined ? [] : [{ transient: ownCopyOf(transient) }];
    return method?.(ownCopyOf(input), ...options);
  },
  blocks: (from: bigint) => blocksFrom(memory, from, dead),
  height: () => heightOf(memory),
});
