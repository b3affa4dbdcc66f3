// SPDX-License-Identifier: Apache-2.0
// The blocks of one peer, as they come.
import type { RawGateway } from '../support/raw-gateway.js';
import { readBlock } from './block-reader.js';
import type { RecordedBlock } from './recording.js';

type Blocks = Awaited<ReturnType<RawGateway['network']['getBlockEvents']>>;

export class PeerBlocks {
  readonly #blocks: Blocks;
  readonly #statusOf: RawGateway['statusOf'];
  readonly #coming: AsyncIterator<Parameters<typeof bytesOf>[0]>;
  #seen = 0;

  private constructor(blocks: Blocks, statusOf: RawGateway['statusOf']) {
    this.#blocks = blocks;
    this.#statusOf = statusOf;
    this.#coming = blocks[Symbol.asyncIterator]();
  }

  static async open({ network, statusOf }: RawGateway, startBlock: bigint): Promise<PeerBlocks> {
    return new PeerBlocks(await network.getBlockEvents({ startBlock }), statusOf);
  }

  /**
   * Waits until so many transactions have come since the start, and the peer has committed their state: it gives a block away
   * before that.
   * @returns the blocks that came while it waited
   */
  async until(transactions: number): Promise<RecordedBlock[]> {
    const came: RecordedBlock[] = [];
    while (this.#seen < transactions) {
      const next = await this.#coming.next();
      if (next.done === true) throw new Error('the peer ended its stream of blocks');
      const block = readBlock(bytesOf(next.value));
      this.#seen += block.transactions.length;
      came.push(block);
    }
    const last = came.at(-1)?.transactions.at(-1);
    if (last !== undefined) await this.#statusOf(last.transactionId);
    return came;
  }

  close(): void {
    this.#blocks.close();
  }
}

/** The gateway library has its own copy of the messages' classes: only bytes may cross over. */
const bytesOf = (block: { serializeBinary(): Uint8Array }): Uint8Array => block.serializeBinary();
