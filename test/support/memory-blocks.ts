// SPDX-License-Identifier: Apache-2.0
// The blocks of a ledger in memory as a connection to a peer gives them, for nodes that follow the ledger.
import { EventEmitter, once } from 'node:events';
import type { BlockSource } from '@fabric-offline-pay/node-common/node';
import type { CommittedBlock, CommittedTransaction, EventPayload } from '@fabric-offline-pay/sdk';
import type { Block, BlockTransaction, MemoryLedger } from '@fabric-offline-pay/testing';

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

function eventsOf({ event }: BlockTransaction): EventPayload[] {
  if (event === null) return [];
  const { batch, ...common } = JSON.parse(textOf(event.payload)) as EventPayload & {
    readonly batch?: readonly EventPayload[];
  };
  return batch === undefined ? [common] : batch.map((part) => ({ ...common, ...part }));
}

const committed = (transaction: BlockTransaction, index: number): CommittedTransaction => ({
  transactionId: transaction.txId,
  index,
  mspId: transaction.creator.mspId,
  events: eventsOf(transaction),
  changes: transaction.writeSet.map(({ key, isDelete, value }) => ({
    key,
    value: isDelete ? null : textOf(value),
  })),
});

const hashOf = (number: number): string => (number < 0 ? '' : `block-${number}`);

const toCommitted = ({ number, transactions }: Block): CommittedBlock => ({
  number: BigInt(number),
  hash: hashOf(number),
  previousHash: hashOf(number - 1),
  transactions: transactions.flatMap((transaction, index) =>
    transaction.validationCode === 'VALID' ? [committed(transaction, index)] : [],
  ),
});

/** In memory the channel's settings stand in no block: block 0 is empty. */
const FIRST: Block = { number: 0, transactions: [] };

export class MemoryBlocks implements BlockSource {
  readonly #ledger: MemoryLedger;

  constructor(ledger: MemoryLedger) {
    this.#ledger = ledger;
  }

  height(): Promise<bigint> {
    return Promise.resolve(BigInt(this.#ledger.blocks().length + 1));
  }

  async *committedBlocks(from: bigint, signal: AbortSignal): AsyncGenerator<CommittedBlock> {
    const news = new EventEmitter();
    const stop = this.#ledger.onBlock(() => void news.emit('block'));
    try {
      for (let next = Number(from); !signal.aborted;) {
        const blocks = [FIRST, ...this.#ledger.blocks()].filter(({ number }) => number >= next);
        for (const block of blocks) yield toCommitted(block);
        next += blocks.length;
        if (blocks.length === 0) await once(news, 'block', { signal }).catch(() => undefined);
      }
    } finally {
      stop();
    }
  }
}
