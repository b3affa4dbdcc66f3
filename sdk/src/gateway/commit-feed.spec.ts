// SPDX-License-Identifier: Apache-2.0
// One stream tells many calls their outcome. A call that hears nothing asks. No call hears of a block before its state is committed.
import { peer } from '@hyperledger/fabric-protos';
import type { Status } from '@hyperledger/fabric-gateway';
import { CommitFeed, type CommitSource, type Watch } from './commit-feed.js';

const { VALID, MVCC_READ_CONFLICT, DUPLICATE_TXID } = peer.TxValidationCode;
type Code = peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap];

/** From this many calls on, a stream is opened. */
const CROWD = 16;

function blockOf(number: number, transactions: readonly (readonly [string, Code])[]) {
  const block = new peer.FilteredBlock();
  block.setNumber(number);
  for (const [id, code] of transactions) {
    const transaction = new peer.FilteredTransaction();
    transaction.setTxid(id);
    transaction.setTxValidationCode(code);
    block.addFilteredTransactions(transaction);
  }
  return block;
}

/** A stream that a test writes to. */
class Stream {
  readonly #queue: (peer.FilteredBlock | Error | undefined)[] = [];
  #wake = (): void => undefined;
  closed = false;

  push(next: peer.FilteredBlock | Error | undefined): void {
    this.#queue.push(next);
    this.#wake();
  }

  close(): void {
    this.closed = true;
    this.push(undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<peer.FilteredBlock> {
    for (;;) {
      while (this.#queue.length > 0) {
        const next = this.#queue.shift();
        if (next === undefined) return;
        if (next instanceof Error) throw next;
        yield next;
      }
      await new Promise<void>((wake) => (this.#wake = wake));
    }
  }
}

const statusOf = (transactionId: string): Status => ({
  transactionId,
  blockNumber: 9n,
  code: VALID,
  successful: true,
});

let stream: Stream;
let feed: CommitFeed;
let blocks: jest.Mock<Promise<Stream>, []>;
let ask: jest.Mock<Promise<Status>, [string]>;
let source: CommitSource;

beforeEach(() => {
  jest.useFakeTimers();
  stream = new Stream();
  feed = new CommitFeed();
  blocks = jest.fn(() => Promise.resolve(stream));
  ask = jest.fn((transactionId: string) => Promise.resolve(statusOf(transactionId)));
  source = { blocks, ask } as unknown as CommitSource;
});
afterEach(() => jest.useRealTimers());

const ids = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `tx-${(from + index).toString()}`);

const settled = (): Promise<void> => jest.advanceTimersByTimeAsync(0).then(() => undefined);

/** A feed whose stream has delivered a block, and the calls that still wait. */
async function liveFeed(): Promise<Watch[]> {
  const first = ids(CROWD).map((id) => feed.watch(id, source));
  await settled();
  stream.push(blockOf(8, []));
  await settled();
  return first;
}

test('listens only when many calls wait', async () => {
  ids(CROWD - 1).forEach((id) => feed.watch(id, source));
  await settled();
  expect(blocks).not.toHaveBeenCalled();
  feed.watch('one-more', source);
  feed.watch('another', source);
  expect(blocks).toHaveBeenCalledTimes(1);
});

test('does not know transactions sent before its first block', async () => {
  const watches = await liveFeed();
  await expect(Promise.all(watches.map(({ told }) => told))).resolves.toEqual(
    watches.map(() => undefined),
  );
});

test('tells each call its own outcome, with one question for each block', async () => {
  await liveFeed();
  const watch = (id: string) => feed.watch(id, source);
  const [a, b, c] = [watch('a'), watch('b'), watch('c')];
  stream.push(
    blockOf(9, [
      ['a', VALID],
      ['somebody else', VALID],
      ['b', MVCC_READ_CONFLICT],
    ]),
  );
  stream.push(blockOf(10, [['c', VALID]]));
  await expect(a.told).resolves.toEqual({
    transactionId: 'a',
    blockNumber: 9n,
    code: VALID,
    successful: true,
  });
  await expect(b.told).resolves.toEqual({
    transactionId: 'b',
    blockNumber: 9n,
    code: MVCC_READ_CONFLICT,
    successful: false,
  });
  await expect(c.told).resolves.toMatchObject({ blockNumber: 10n });
  expect(ask.mock.calls.map(([id]) => id)).toEqual(['a', 'c']);
});

test('tells no outcome before the state of the block is committed', async () => {
  await liveFeed();
  let commit: ((status: Status) => void) | undefined;
  ask.mockReturnValueOnce(new Promise((resolve) => (commit = resolve)));
  const heard = jest.fn();
  void feed.watch('a', source).told.then(heard);
  stream.push(blockOf(9, [['a', VALID]]));
  await jest.advanceTimersByTimeAsync(1_500);
  expect(heard).not.toHaveBeenCalled();
  commit?.(statusOf('a'));
  await settled();
  expect(heard).toHaveBeenCalledTimes(1);
});

const UNTOLD: readonly (readonly [string, () => void])[] = [
  [
    'when nobody confirms the block',
    () => {
      ask.mockRejectedValueOnce(new Error('unreachable'));
      stream.push(blockOf(9, [['a', VALID]]));
    },
  ],
  ['when another copy of it came first', () => stream.push(blockOf(9, [['a', DUPLICATE_TXID]]))],
  ['when no block comes in time', () => undefined],
  ['when the stream breaks off', () => stream.push(new Error('gone'))],
];

test.each(UNTOLD)('leaves the question to the call %s', async (_, happens) => {
  await liveFeed();
  const { told } = feed.watch('a', source);
  happens();
  await jest.advanceTimersByTimeAsync(3_000);
  await expect(told).resolves.toBeUndefined();
});

test('rests after the stream broke off, and then listens again', async () => {
  await liveFeed();
  stream.push(new Error('gone'));
  await settled();
  stream = new Stream();
  feed.watch('a', source);
  expect(blocks).toHaveBeenCalledTimes(1);
  await jest.advanceTimersByTimeAsync(5_000);
  feed.watch('b', source);
  expect(blocks).toHaveBeenCalledTimes(2);
});

test('closes a stream as dead when a call waits on it too long', async () => {
  await liveFeed();
  const { told } = feed.watch('a', source);
  await jest.advanceTimersByTimeAsync(3_000);
  await expect(told).resolves.toBeUndefined();
  expect(stream.closed).toBe(true);
  feed.watch('b', source);
  expect(blocks).toHaveBeenCalledTimes(1);
  await jest.advanceTimersByTimeAsync(5_000);
  stream = new Stream();
  feed.watch('c', source);
  expect(blocks).toHaveBeenCalledTimes(2);
});

test('ends the stream of a connection that closes, and continues with another connection', async () => {
  await liveFeed();
  const other = { ...source };
  feed.leave(other);
  expect(stream.closed).toBe(false);
  feed.leave(source);
  expect(stream.closed).toBe(true);
  await settled();
  feed.watch('a', other);
  expect(blocks).toHaveBeenCalledTimes(2);
});

test('closes the stream when no call has waited for a while', async () => {
  const watches = await liveFeed();
  await jest.advanceTimersByTimeAsync(6_000);
  expect(stream.closed).toBe(false);
  watches.forEach((watch) => watch.end());
  await jest.advanceTimersByTimeAsync(6_000);
  expect(stream.closed).toBe(true);
});
