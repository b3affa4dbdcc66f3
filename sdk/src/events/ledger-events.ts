// SPDX-License-Identifier: Apache-2.0
// What happened on the ledger, as it happens: one event for each call of a valid transaction, in order, at least once.
import type { ChaincodeEvent, CloseableAsyncIterable } from '@hyperledger/fabric-gateway';
import { UNITS, type UnitId } from '@fabric-offline-pay/domain';
import { CorruptDataError } from '../errors.js';
import type { Checkpoint, Position } from './checkpoint.js';
import { reconnecting, type StreamContext } from './reconnecting.js';

/** What an event says: identifiers only, never content. */
export interface EventPayload {
  /** `contract:name` of the transaction. */
  readonly transaction: string;
  /** What it was about: ids of the objects, never personal data. */
  readonly subject: string;
  /** The order's state after it, for transactions on orders. */
  readonly state?: string;
  /** Units of the patent whose receipts it wrote. */
  readonly units: readonly UnitId[];
  /** Of a batch of vouchers: how many of each verdict. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Seconds since 1970, the proposal's. */
  readonly at: number;
}

/** A transaction that was committed, as its contract announced it. */
export interface LedgerEvent {
  /** `contract.name` of the transaction. */
  readonly name: string;
  readonly transactionId: string;
  readonly blockNumber: bigint;
  readonly payload: EventPayload;
}

/** Which events to read, and from where. */
export interface EventOptions {
  /** First block to read, when there is no checkpoint yet. Without it: from the next block on. */
  readonly fromBlock?: bigint;
  /**
   * Saved when the reader asks for the next transaction's event, so an event that it failed on comes again, and with it
   * those of calls that travelled in the same transaction.
   */
  readonly checkpoint?: Checkpoint;
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal;
}

export interface EventSource {
  open(position: Position): Promise<CloseableAsyncIterable<ChaincodeEvent>>;
  /** Blocks that the ledger holds, which is the number of the next one. */
  height(): Promise<bigint>;
}

const areCounts = (value: unknown): boolean =>
  value === undefined ||
  (typeof value === 'object' && value !== null && Object.values(value).every(Number.isSafeInteger));

const isUnit = (value: unknown): value is UnitId =>
  typeof value === 'string' && Object.hasOwn(UNITS, value);

function isPayload(value: unknown): value is EventPayload {
  const payload = (value ?? {}) as Partial<Record<keyof EventPayload, unknown>>;
  return (
    typeof payload.transaction === 'string' &&
    typeof payload.subject === 'string' &&
    ['string', 'undefined'].includes(typeof payload.state) &&
    Array.isArray(payload.units) &&
    payload.units.every(isUnit) &&
    areCounts(payload.counts) &&
    Number.isSafeInteger(payload.at)
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
  const { batch, ...common } = (value ?? {}) as { readonly batch?: unknown };
  return Array.isArray(batch)
    ? batch.map((part: unknown) => ({ ...common, ...(part as object) }))
    : [value];
}

/**
 * @returns one event for each call of the transaction that did something, in the calls' order
 * @throws {CorruptDataError} EVENT_INVALID.
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

/** The height stands for "from now on": a stream that breaks before its first event must not skip what came meanwhile. */
async function startOf(source: EventSource, options: EventOptions): Promise<Position> {
  const saved = await options.checkpoint?.load();
  if (saved !== undefined) return saved;
  return { blockNumber: options.fromBlock ?? (await source.height()) };
}

/**
 * @throws {CorruptDataError} for a damaged checkpoint, or an event of another shape
 * @throws what the stream fails with, when reconnecting cannot help.
 */
export async function* ledgerEvents(
  source: EventSource,
  options: EventOptions,
  context: StreamContext,
): AsyncGenerator<LedgerEvent> {
  let position = await startOf(source, options);
  for await (const event of reconnecting(() => source.open(position), context)) {
    yield* toLedgerEvents(event);
    position = { blockNumber: event.blockNumber, transactionId: event.transactionId };
    await options.checkpoint?.save(position);
  }
}
