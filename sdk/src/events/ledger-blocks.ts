// SPDX-License-Identifier: Apache-2.0
// Whole blocks in order, for programs that replay or scan the ledger; and waiting for a block.
import type { CloseableAsyncIterable, Network } from '@hyperledger/fabric-gateway';
import { reconnectingStream, type StreamContext } from './reconnecting-stream.js';

type ItemOf<Stream> = Stream extends CloseableAsyncIterable<infer Item> ? Item : never;

/** Fabric's `common.Block`, as a protocol buffer class of the gateway library. Never hand it to another copy of that library. */
export type Block = ItemOf<Awaited<ReturnType<Network['getBlockEvents']>>>;

/** @param from number of the first block */
export async function* ledgerBlocks(
  network: Pick<Network, 'getBlockEvents'>,
  from: bigint,
  context: StreamContext,
): AsyncGenerator<Block> {
  let next = from;
  for await (const block of reconnectingStream(
    () => network.getBlockEvents({ startBlock: next }),
    context,
  )) {
    yield block;
    next = BigInt(block.getHeader()?.getNumber() ?? next) + 1n;
  }
}

/**
 * Waits until the peer holds the block. The peer may not have committed its state yet.
 * @returns the id of a transaction in the block, or '' when it has none, as in a block with the channel's settings
 * @throws the signal's reason when it aborts first
 */
export async function waitForBlock(
  network: Pick<Network, 'getFilteredBlockEvents'>,
  blockNumber: bigint,
  context: StreamContext,
): Promise<string> {
  const open = () => network.getFilteredBlockEvents({ startBlock: blockNumber });
  for await (const block of reconnectingStream(open, context))
    return block.getFilteredTransactionsList()[0]?.getTxid() ?? '';
  throw context.signal.reason;
}
