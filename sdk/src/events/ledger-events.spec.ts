// SPDX-License-Identifier: Apache-2.0
// Events: in order, at least once, over broken streams and restarts.
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import {
  GatewayError,
  type ChaincodeEvent,
  type CloseableAsyncIterable,
  type Network,
} from '@hyperledger/fabric-gateway';
import { defined, firstOf } from '../../../test/support/defined.js';
import type { Checkpoint, Position } from './checkpoint.js';
import { ledgerBlocks, waitForBlock, type Block } from './ledger-blocks.js';
import {
  ledgerEvents,
  toLedgerEvents,
  type EventOptions,
  type EventSource,
  type LedgerEvent,
} from './ledger-events.js';

const cause: ServiceError = Object.assign(new Error('rpc'), {
  code: status.UNAVAILABLE,
  details: '',
  metadata: new Metadata(),
});

const gatewayError = (code: number): GatewayError =>
  new GatewayError({
    code,
    message: 'scripted',
    details: [],
    cause,
  });

const PAYLOAD = {
  transaction: 'settlement:capture',
  subject: 'merchant-1/ORD-1',
  state: 'captured',
  units: ['14'],
  at: 5,
};

const chaincodeEvent = (
  block: number,
  transactionId: string,
  payload: unknown = PAYLOAD,
): ChaincodeEvent => ({
  blockNumber: BigInt(block),
  transactionId,
  chaincodeName: 'offpay',
  eventName: 'settlement.capture',
  payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
});

type StreamItem<Stream> = Stream extends CloseableAsyncIterable<infer Item> ? Item : never;
type FilteredBlock = StreamItem<Awaited<ReturnType<Network['getFilteredBlockEvents']>>>;

type Step<T> = T | Error | 'wait';

/** A stream of scripted items; `wait` stays open until it is closed. */
function streamOf<T>(steps: readonly Step<T>[]): CloseableAsyncIterable<T> & { closed: boolean } {
  let wake: (() => void) | undefined;
  const stream = {
    closed: false,
    close: () => {
      stream.closed = true;
      wake?.();
    },
    [Symbol.dispose]: () => stream.close(),
    async *[Symbol.asyncIterator](): AsyncGenerator<T> {
      for (const step of steps) {
        if (step instanceof Error) throw step;
        if (step !== 'wait') yield step;
        else await new Promise<void>((resolve) => (wake = resolve));
        if (stream.closed) throw gatewayError(status.CANCELLED);
      }
    },
  };
  return stream;
}

function context() {
  const closing = new AbortController();
  let slept = 0;
  const pace = {
    now: () => slept,
    sleep: (milliseconds: number, signal?: AbortSignal) => {
      slept += milliseconds;
      signal?.throwIfAborted();
      return Promise.resolve();
    },
    random: () => 1,
  };
  return { pace, signal: closing.signal, closing, slept: () => slept };
}

/** Opens one scripted stream after the other and notes where each starts. */
function scriptedSource(scripts: readonly (readonly Step<ChaincodeEvent>[])[], height = 20n) {
  const opened: Position[] = [];
  const streams: { closed: boolean }[] = [];
  const source: EventSource = {
    open: (position) => {
      const stream = streamOf(scripts[opened.length] ?? ['wait' as const]);
      opened.push(position);
      streams.push(stream);
      return Promise.resolve(stream);
    },
    height: () => Promise.resolve(height),
  };
  return { source, opened, streams };
}

const memoryCheckpoint = (start?: Position): Checkpoint & { saved: Position[] } => {
  const saved: Position[] = start ? [start] : [];
  return {
    saved,
    load: () => Promise.resolve(saved.at(-1)),
    save: (position) => {
      saved.push(position);
      return Promise.resolve();
    },
  };
};

async function take(
  source: EventSource,
  count: number,
  options: EventOptions = {},
): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  for await (const event of ledgerEvents(source, options, context())) {
    events.push(event);
    if (events.length === count) break;
  }
  return events;
}

const a = chaincodeEvent(20, 'a');
const b = chaincodeEvent(20, 'b');
const c = chaincodeEvent(22, 'c');

describe('events', () => {
  test('are parsed, and start at the next block by default', async () => {
    const { source, opened, streams } = scriptedSource([[a, 'wait']]);
    await expect(take(source, 1)).resolves.toEqual([
      { name: 'settlement.capture', transactionId: 'a', blockNumber: 20n, payload: PAYLOAD },
    ]);
    expect(opened).toEqual([{ blockNumber: 20n }]);
    expect(firstOf(streams).closed).toBe(true);
  });

  test('go on after the last event when a stream breaks', async () => {
    const broken = gatewayError(status.UNAVAILABLE);
    const { source, opened, streams } = scriptedSource([[a, broken], [broken], [b, c, 'wait']]);
    const events = await take(source, 3, { fromBlock: 5n });
    expect(events.map(({ transactionId }) => transactionId)).toEqual(['a', 'b', 'c']);
    expect(opened).toEqual([
      { blockNumber: 5n },
      { blockNumber: 20n, transactionId: 'a' },
      { blockNumber: 20n, transactionId: 'a' },
    ]);
    expect(streams.every((stream) => stream.closed)).toBe(true);
  });

  test('go on when the peer ends the stream without an error', async () => {
    const { source } = scriptedSource([[a], [b, 'wait']]);
    await expect(take(source, 2)).resolves.toHaveLength(2);
  });

  test('of a stream that broke before the first event are not lost', async () => {
    const { source, opened } = scriptedSource([[gatewayError(status.UNAVAILABLE)], [a, 'wait']]);
    await take(source, 1);
    expect(opened.map(({ blockNumber }) => blockNumber)).toEqual([20n, 20n]);
  });

  test('start at the checkpoint, even if another block was asked for', async () => {
    const checkpoint = memoryCheckpoint({ blockNumber: 8n, transactionId: 'x' });
    const { source, opened } = scriptedSource([[a, 'wait']]);
    await take(source, 1, { checkpoint, fromBlock: 1n });
    expect(opened).toEqual([{ blockNumber: 8n, transactionId: 'x' }]);
  });

  test('are checkpointed only when the reader asks for the next one', async () => {
    const checkpoint = memoryCheckpoint();
    const { source } = scriptedSource([[a, b, c, 'wait']]);
    await take(source, 2, { checkpoint });
    expect(checkpoint.saved).toEqual([{ blockNumber: 20n, transactionId: 'a' }]);
  });

  test('end quietly when the signal aborts while waiting', async () => {
    const { source, streams } = scriptedSource([[a, 'wait']]);
    const given = context();
    const events = ledgerEvents(source, {}, given);
    await events.next();
    const waiting = events.next();
    given.closing.abort();
    await expect(waiting).resolves.toEqual({ done: true, value: undefined });
    expect(firstOf(streams).closed).toBe(true);
  });

  test('fail when reconnecting cannot help', async () => {
    const { source } = scriptedSource([[gatewayError(status.PERMISSION_DENIED)]]);
    await expect(take(source, 1)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  });

  test('wait between attempts to reconnect', async () => {
    const broken = gatewayError(status.UNAVAILABLE);
    const { source } = scriptedSource([[broken], [broken], [broken], [a, 'wait']]);
    const given = context();
    await ledgerEvents(source, {}, given).next();
    expect(given.slept()).toBe(200 + 400 + 800);
  });

  test.each([
    ['no JSON', '{'],
    ['no object', 'null'],
    ['no subject', { ...PAYLOAD, subject: undefined }],
    ['an unknown unit', { ...PAYLOAD, units: ['99'] }],
    ['a fraction of a second', { ...PAYLOAD, at: 1.5 }],
  ])('with %s are an error that names the transaction', (_, payload) => {
    const thrown: unknown[] = [];
    try {
      toLedgerEvents(chaincodeEvent(3, 'tx', payload));
    } catch (error) {
      thrown.push(error);
    }
    expect(thrown).toMatchObject([{ code: 'EVENT_INVALID', details: { transactionId: 'tx' } }]);
  });

  test('need no state', () => {
    const { state, ...payload } = PAYLOAD;
    expect(state).toBe('captured');
    expect(toLedgerEvents(chaincodeEvent(3, 'tx', payload))).toMatchObject([{ payload }]);
  });

  test('of calls that were sent together come one by one, each with the shared fields', () => {
    const { transaction, at, ...part } = PAYLOAD;
    const other = { ...part, subject: 'order/merchant-1~ORD-2' };
    const events = toLedgerEvents(
      chaincodeEvent(3, 'tx', { transaction, at, batch: [part, other] }),
    );
    expect(events.map(({ payload }) => payload)).toEqual([
      PAYLOAD,
      { ...PAYLOAD, subject: other.subject },
    ]);
    expect(new Set(events.map(({ transactionId }) => transactionId))).toEqual(new Set(['tx']));
  });

  test('of a batch are invalid when one of its parts is', () => {
    const { transaction, at, ...part } = PAYLOAD;
    expect(() =>
      toLedgerEvents(chaincodeEvent(3, 'tx', { transaction, at, batch: [part, null] })),
    ).toThrow();
  });
});

const block = (number: number): Block =>
  ({ getHeader: () => ({ getNumber: () => number }) }) as unknown as Block;

describe('blocks', () => {
  test('go on with the next one when the stream breaks', async () => {
    const scripts = [
      [block(3), block(4), gatewayError(status.UNAVAILABLE)],
      [block(5), 'wait' as const],
    ];
    const getBlockEvents = jest.fn(() =>
      Promise.resolve(streamOf<Block>(defined(scripts.shift(), 'further script'))),
    );
    const numbers: unknown[] = [];
    for await (const each of ledgerBlocks({ getBlockEvents }, 3n, context())) {
      numbers.push(each.getHeader()?.getNumber());
      if (numbers.length === 3) break;
    }
    expect(numbers).toEqual([3, 4, 5]);
    expect(getBlockEvents.mock.calls).toEqual([[{ startBlock: 3n }], [{ startBlock: 5n }]]);
  });

  test('can be waited for', async () => {
    const found = { getFilteredTransactionsList: () => [{ getTxid: () => 'tx-1' }] };
    const stream = streamOf<FilteredBlock>([found as unknown as FilteredBlock, 'wait']);
    const getFilteredBlockEvents = jest.fn(() => Promise.resolve(stream));
    await expect(waitForBlock({ getFilteredBlockEvents }, 9n, context())).resolves.toBe('tx-1');
    expect(getFilteredBlockEvents).toHaveBeenCalledWith({ startBlock: 9n });
    expect(stream.closed).toBe(true);
  });

  test('that do not come throw the reason of the signal', async () => {
    const given = context();
    const waiting = waitForBlock(
      { getFilteredBlockEvents: () => Promise.resolve(streamOf<FilteredBlock>(['wait'])) },
      9n,
      given,
    );
    given.closing.abort(new Error('closed'));
    await expect(waiting).rejects.toThrow('closed');
  });
});
