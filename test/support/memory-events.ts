// SPDX-License-Identifier: Apache-2.0
// The events of a ledger in memory as a connection has them: those to come, until the signal.
import type { EventOptions, LedgerEvent, WatchedEvents } from '@fabric-offline-pay/sdk';
import type { Block, MemoryLedger } from '@fabric-offline-pay/testing';
import { toLedgerEvents } from '../../sdk/src/events/ledger-events.js';

const eventsIn = ({ number, transactions }: Block): readonly LedgerEvent[] =>
  transactions.flatMap(({ txId, event }) =>
    event === null
      ? []
      : toLedgerEvents({
          ...{ eventName: event.name, chaincodeName: '', payload: event.payload },
          ...{ transactionId: txId, blockNumber: BigInt(number) },
        }),
  );

async function* eventsOf(
  ledger: MemoryLedger,
  { fromBlock, signal }: EventOptions,
): AsyncGenerator<LedgerEvent> {
  const waiting: Block[] =
    fromBlock === undefined
      ? []
      : ledger.blocks().filter(({ number }) => BigInt(number) >= fromBlock);
  let wake = (): void => undefined;
  const end = ledger.onBlock((block) => {
    waiting.push(block);
    wake();
  });
  signal?.addEventListener('abort', () => wake());
  while (signal?.aborted !== true) {
    const block = waiting.shift();
    if (block === undefined) await new Promise<void>((resolve) => (wake = resolve));
    else yield* eventsIn(block);
  }
  end();
}

export const memoryEvents = (ledger: MemoryLedger): WatchedEvents => ({
  events: (options) => eventsOf(ledger, options),
});
