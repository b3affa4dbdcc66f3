// SPDX-License-Identifier: Apache-2.0
// Blocks from the auditor's own peer.
import type { Connection } from '@fabric-offline-pay/sdk';
import type { RawBlock } from '../blocks/raw-block.js';
import { readBlock } from '../blocks/read-block.js';

/** What of a connection an audit needs. */
export type PeerConnection = Pick<Connection, 'blocks' | 'height'>;

/** @returns blocks from this number on, until the signal ends it; reconnects by itself */
export async function* peerBlocks(
  connection: PeerConnection,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<RawBlock> {
  // The gateway library has its own copy of the messages' classes: only bytes may cross over.
  for await (const block of connection.blocks(BigInt(from), signal))
    yield readBlock(block.serializeBinary());
}
