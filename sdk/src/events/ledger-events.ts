// SPDX-License-Identifier: Apache-2.0
// Live events of the ledger: one for each call of a valid transaction, in order, each at least once.
import type { ChaincodeEvent, CloseableAsyncIterable } from '@hyperledger/fabric-gateway';
import { UNITS, type UnitId } from '@fabric-offline-pay/domain';
import { CorruptDataError } from '../errors.js';
import { isRecord } from '../guards.js';
import type { Checkpoint, Position } from './checkpoint.js';
import { reconnectingStream, type StreamContext } from './reconnecting-stream.js';

/** The content of an event: identifiers only. */
export interface EventPayload {
  /** `contract:name` of the transaction. */
  readonly transaction: string;
  /** Ids of the objects that the transaction was about. Never personal data. */
  readonly subject: string;
  /** The order's state after the transaction, for transactions on orders. */
  readonly state?: string;
  /** Units of the patent whose receipts the transaction wrote. */
  readonly units: readonly UnitId[];
  /** For a batch of vouchers: how many vouchers got each verdict. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Time of the proposal, in seconds since 1970. */
  readonly at: number;
}

/** An event of a committed transaction. */
export interface LedgerEvent {
  /** `contract.name` of the transaction. */
  readonly name: string;
  readonly transactionId: string;
  readonly blockNumber: bigint;
  readonly payload: EventPayload;
}

/** Which events to read, and from where. */
export interface EventOptions {
  /** First block to read while there is no checkpoint yet. Default: the next block. */
  readonly fromBlock?: bigint;
  /**
   * Saved when the reader asks for the event of the next transaction. So an event that the reader failed on comes again, together
   * with the events of calls that were sent in the same transaction.
   */
  readonly checkpoint?: Checkpoint;
  /** Ends the iteration without an error. */
  readonly signal?: AbortSignal;
}

export interface EventSource {
  open(position: Position): Promise<CloseableAsyncIterable<ChaincodeEvent>>;
  /** How many blocks the ledger holds, which is also the number of the next block. */
  height(): Promise<bigint>;
}

const areCounts = (value: unknown): boolean =>
  value === undefined ||
  (typeof value === 'object' && value !== null && Object.values(value).every(Number.isSafeInteger));

const isUnit = (value: unknown): value is UnitId =>
  typeof value === 'string' && Object.hasOwn(UNITS, value);

function isPayload(value: unknown): value is EventPayload {
  if (!isRecord(value)) return false;
  const { transaction, subject, state, units, counts, at } = value;
  return (
    typeof transaction === 'string' &&
    typeof subject === 'string' &&
    ['string', 'undefined'].includes(typeof state) &&
    Array.isArray(units) &&
    units.every(isUnit) &&
    areCounts(counts) &&
    Number.isSafeInteger(at)
  );
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The payloads of a batch share the transaction and its time. */
function payloadsIn(value: unknown): readonly unknown[] {
  const { batch, ...common } = isRecord(value) ? value : {};
  return Array.isArray(batch)
    ? batch.map((part: unknown) => (isRecord(part) ? { ...common, ...part } : part))
    : [value];
}

/**
 * @returns one event for each call of the transaction that changed something, in the order of the calls
 * @throws {CorruptDataError} EVENT_INVALID
 */
export function toLedgerEvents(event: ChaincodeEvent): readonly LedgerEvent[] {
  const { eventName: name, transactionId, blockNumber } = event;
  return payloadsIn(parseJson(event.payload)).map((payload) => {
    if (isPayload(payload)) return { name, transactionId, blockNumber, payload };
    throw new CorruptDataError('EVENT_INVALID', {
      name,
      transactionId,
      blockNumber: blockNumber.toString(),
    });
  });
}

/** Starts at the ledger's height. A stream that breaks before its first event must not skip the events in between. */
async function startOf(source: EventSource, options: EventOptions): Promise<Position> {
  const saved = await options.checkpoint?.load();
  if (saved !== undefined) return saved;
  return { blockNumber: options.fromBlock ?? (await source.height()) };
}

/**
 * @throws {CorruptDataError} CHECKPOINT_CORRUPT, EVENT_INVALID
 * @throws the stream's error, when reconnecting cannot help
 */
export async function* ledgerEvents(
  source: EventSource,
  options: EventOptions,
  context: StreamContext,
): AsyncGenerator<LedgerEvent> {
  let position = await startOf(source, options);
  for await (const event of reconnectingStream(() => source.open(position), context)) {
    yield* toLedgerEvents(event);
    position = { blockNumber: event.blockNumber, transactionId: event.transactionId };
    await options.checkpoint?.save(position);
  }
}
