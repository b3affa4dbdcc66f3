// SPDX-License-Identifier: Apache-2.0
// Whole blocks in order, for whoever replays or scans the ledger; and waiting for a block.
import type { CloseableAsyncIterable, Network } from '@hyperledger/fabric-gateway';
import { reconnecting, type StreamContext } from './reconnecting.js';

type ItemOf<Stream> = Stream extends CloseableAsyncIterable<infer Item> ? Item : never;

/** Fabric's `common.Block`, as the gateway library's own protocol buffer class. Never hand it to another copy of that library. */
export type Block = ItemOf<Awaited<ReturnType<Network['getBlockEvents']>>>;

/** @param from number of the first block */
export async function* ledgerBlocks(
  network: Pick<Network, 'getBlockEvents'>,
  from: bigint,
  context: StreamContext,
): AsyncGenerator<Block> {
  let next = from;
  for await (const block of reconnecting(
    () => network.getBlockEvents({ startBlock: next }),
    context,
  )) {
    yield block;
    next = BigInt(block.getHeader()?.getNumber() ?? next) + 1n;
  }
}

/**
 * Waits until the peer holds the block. Its state may not be committed yet.
 * @returns the id of a transaction in it; empty when there is none, as in a block of the channel's settings
 * @throws the signal's reason when it aborts first.
 */
export async function waitForBlock(
  network: Pick<Network, 'getFilteredBlockEvents'>,
  blockNumber: bigint,
  context: StreamContext,
): Promise<string> {
  const open = () => network.getFilteredBlockEvents({ startBlock: blockNumber });
  for await (const block of reconnecting(open, context))
    return block.getFilteredTransactionsList()[0]?.getTxid() ?? '';
  throw context.signal.reason;
}
