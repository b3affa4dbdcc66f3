// SPDX-License-Identifier: Apache-2.0
// What the caller of `connect` gets: the typed client, events, blocks, unfinished transactions, statistics.
import type { Gateway, Network } from '@hyperledger/fabric-gateway';
import { committedBlock, type CommittedBlock } from '../blocks/committed-block.js';
import type { Client } from '../client/client.js';
import { UnavailableError } from '../errors.js';
import type { Position } from '../events/checkpoint.js';
import { ledgerBlocks, waitForBlock, type Block } from '../events/ledger-blocks.js';
import {
  ledgerEvents,
  type EventOptions,
  type EventSource,
  type LedgerEvent,
} from '../events/ledger-events.js';
import type { StreamContext } from '../events/reconnecting-stream.js';
import { blockOfTransaction } from '../gateway/block-of-transaction.js';
import { beforeSending } from '../gateway/classify.js';
import type { AskStatus } from '../gateway/commit-status.js';
import type { Deadlines } from '../gateway/deadlines.js';
import type { EnvelopeSender } from '../gateway/envelope-sender.js';
import { ledgerHeight } from '../gateway/ledger-height.js';
import { recover, resume, type Recovered, type ResumedTransaction } from '../gateway/resume.js';
import type { Statistics, StatisticsSnapshot } from '../gateway/statistics.js';
import type { Journal } from '../journal/journal.js';
import type { Pace } from '../retry/pace.js';
import { retry } from '../retry/retry.js';

/** An open connection of one certificate: the typed client, events, blocks, and unfinished transactions. */
export interface Connection {
  readonly client: Client;
  readonly mspId: string;
  readonly channel: string;
  /** Events of valid transactions, in order, each at least once. Reconnects by itself. */
  events(options?: EventOptions): AsyncIterable<LedgerEvent>;
  /** Whole blocks, from this number on. Reconnects by itself. */
  blocks(from?: bigint, signal?: AbortSignal): AsyncIterable<Block>;
  /**
   * Blocks from this number on, with the rows and events of their valid transactions, for tables that follow the ledger. `hash` and
   * `previousHash` tell whether a block continues the one before it. Reconnects by itself.
   */
  committedBlocks(from?: bigint, signal?: AbortSignal): AsyncIterable<CommittedBlock>;
  /** How many blocks your own peer holds, which is also the number of the next block. */
  height(): Promise<bigint>;
  /** The number of the block that contains the transaction, as your own peer knows it. */
  blockOf(transactionId: string): Promise<bigint>;
  /**
   * Waits until your own peer has committed the block. Call it before you build on what another organisation's peer reported.
   * @throws {UnavailableError} when the peer has not committed it within `deadlines.blockMs`
   */
  waitForBlock(blockNumber: bigint, signal?: AbortSignal): Promise<void>;
  /** Finds the outcome of the envelope of an `OutcomeUnknownError`. @throws what a submit throws */
  resume(envelope: Uint8Array, signal?: AbortSignal): Promise<ResumedTransaction>;
  /** Resumes everything that the journal holds. Call it after a start of the program. */
  recover(signal?: AbortSignal): Promise<readonly Recovered[]>;
  /** @returns counts and latencies so far, of all connections that share the statistics. */
  statistics(): StatisticsSnapshot;
  /** Ends event iterations and closes the connection. Calls in progress fail. */
  close(): void;
}

export interface ConnectionParts {
  readonly client: Client;
  readonly gateway: Gateway;
  readonly network: Network;
  readonly askStatus: AskStatus;
  readonly chaincode: string;
  readonly deadlines: Deadlines;
  readonly ownMspId: string;
  readonly journal: Journal;
  readonly sender: EnvelopeSender;
  readonly statistics: Statistics;
  readonly pace: Pace;
  close(): void;
}

/** Asks your own peer, and repeats the question while the peer cannot be reached. */
function askOwnPeer<Answer>(
  { ownMspId, pace, deadlines }: ConnectionParts,
  signal: AbortSignal,
  question: () => Promise<Answer>,
): Promise<Answer> {
  const ask = async (): Promise<Answer> => {
    try {
      return await question();
    } catch (error) {
      throw beforeSending(error, [ownMspId]);
    }
  };
  const options = { deadlineMs: deadlines.blockMs };
  return retry(ask, { pace, options, signal, onRetry: () => undefined });
}

const heightOf = (parts: ConnectionParts, signal: AbortSignal): Promise<bigint> => {
  const { network, ownMspId } = parts;
  return askOwnPeer(parts, signal, () =>
    ledgerHeight(network.getContract('qscc'), network.getName(), ownMspId),
  );
};

const blockOf = (
  parts: ConnectionParts,
  transactionId: string,
  signal: AbortSignal,
): Promise<bigint> => {
  const { network, ownMspId } = parts;
  return askOwnPeer(parts, signal, () =>
    blockOfTransaction(network.getContract('qscc'), network.getName(), transactionId, ownMspId),
  );
};

/**
 * A peer of another organisation may be some blocks behind the peer that committed, and then refuses what builds on the block.
 * A peer also delivers a block before it has committed its state. It tells the outcome of a transaction only after the commit.
 */
async function askUntilCommitted(
  parts: ConnectionParts,
  blockNumber: bigint,
  context: StreamContext,
): Promise<void> {
  const transactionId = await waitForBlock(parts.network, blockNumber, context);
  if (transactionId === '') return;
  const { statusMs } = parts.deadlines;
  await askOwnPeer(parts, context.signal, () => parts.askStatus(transactionId, statusMs));
}

/** @throws {UnavailableError} when the peer has not committed the block in time; the signal's reason when it aborts */
async function waitUntilCommitted(
  parts: ConnectionParts,
  blockNumber: bigint,
  { signal, pace }: StreamContext,
): Promise<void> {
  const late = AbortSignal.timeout(parts.deadlines.blockMs);
  try {
    await askUntilCommitted(parts, blockNumber, { pace, signal: AbortSignal.any([signal, late]) });
  } catch (error) {
    if (error !== late.reason || signal.aborted) throw error;
    throw new UnavailableError({ block: blockNumber.toString(), reason: 'not committed in time' });
  }
}

const openEvents = ({ network, chaincode }: ConnectionParts, position: Position) =>
  network.getChaincodeEvents(chaincode, {
    checkpoint: {
      getBlockNumber: () => position.blockNumber,
      getTransactionId: () => position.transactionId,
    },
  });

async function* committedBlocks(
  { network, chaincode }: ConnectionParts,
  from: bigint,
  context: StreamContext,
): AsyncGenerator<CommittedBlock> {
  for await (const block of ledgerBlocks(network, from, context))
    yield committedBlock(block, chaincode);
}

/** @returns the connection, put together from its parts. */
export function openConnection(parts: ConnectionParts): Connection {
  const closed = new AbortController();
  const context = (signal?: AbortSignal) => ({
    pace: parts.pace,
    signal: signal ? AbortSignal.any([closed.signal, signal]) : closed.signal,
  });
  const source: EventSource = {
    open: (position) => openEvents(parts, position),
    height: () => heightOf(parts, closed.signal),
  };
  return {
    client: parts.client,
    mspId: parts.ownMspId,
    channel: parts.network.getName(),
    events: (options = {}) => ledgerEvents(source, options, context(options.signal)),
    blocks: (from = 0n, signal) => ledgerBlocks(parts.network, from, context(signal)),
    committedBlocks: (from = 0n, signal) => committedBlocks(parts, from, context(signal)),
    height: () => source.height(),
    blockOf: (transactionId) => blockOf(parts, transactionId, closed.signal),
    waitForBlock: (blockNumber, signal) => waitUntilCommitted(parts, blockNumber, context(signal)),
    resume: (envelope, signal) => resume(parts, envelope, signal),
    recover: (signal) => recover(parts, signal),
    statistics: () => parts.statistics.snapshot(),
    close: () => {
      closed.abort(new Error('the connection was closed'));
      parts.close();
    },
  };
}
