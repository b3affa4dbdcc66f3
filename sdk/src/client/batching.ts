// SPDX-License-Identifier: Apache-2.0
// Sends calls that are made at the same time as one transaction, where the table allows it. While the peers endorse one batch,
// the next one gathers. So batches grow with the load, and a single call goes out alone and at once.
import {
  batchAnswers,
  MAX_BATCH,
  type BatchAnswer,
  type WireError,
} from '@fabric-offline-pay/domain';
import { ConflictError, EndorsementError, RefusedError } from '../errors.js';
import { halves } from '../retry/halves.js';
import type { Pace } from '../retry/pace.js';
import type {
  Call,
  Decode,
  QueryOptions,
  SubmitOptions,
  TransactionResult,
  Transport,
} from './transport.js';

/** While peers endorse a batch, the next one waits at most this long. */
const GATHERING_MS = 100;

/** A call that waits for its answer. */
interface WaitingCall {
  readonly call: Call;
  readonly decode: Decode;
  readonly since: number;
  resolve(result: TransactionResult<unknown>): void;
  reject(reason: unknown): void;
}

/** The outcome of one call of an endorsed batch: its result, already read, or its refusal. */
type BatchEntry = { readonly result: unknown } | { readonly refusal: WireError };

/** Every call of the batch was refused: there is nothing to send. */
class NothingToSend extends Error {
  constructor(readonly entries: readonly BatchEntry[]) {
    super('Every call of the batch was refused.');
  }
}

const jsonArray = (parts: readonly string[]): string => `[${parts.join(',')}]`;

function mergeCalls(batch: readonly WaitingCall[]): Call {
  const calls = batch.map(({ call }) => call);
  const [first] = calls;
  if (first === undefined) throw new Error('The batch is empty.');
  const { transaction } = first;
  const call = { transaction, argument: jsonArray(calls.map(({ argument }) => argument)) };
  return transaction.transient === undefined
    ? call
    : { ...call, transient: jsonArray(calls.map(({ transient }) => transient ?? 'null')) };
}

function parseAnswers(payload: Uint8Array): readonly BatchAnswer[] {
  try {
    return batchAnswers.parse(JSON.parse(Buffer.from(payload).toString('utf8')));
  } catch (error) {
    throw new EndorsementError(
      'OUTPUT_INVALID',
      { reason: 'the answer is not that of a batch' },
      error,
    );
  }
}

/** Reads every answer before anything is sent. @throws {NothingToSend} when every call was refused */
function entriesOf(batch: readonly WaitingCall[], payload: Uint8Array): readonly BatchEntry[] {
  const answers = parseAnswers(payload);
  const entries = batch.map(({ decode }, index): BatchEntry => {
    const answer = answers[index];
    if (answer === undefined || answers.length !== batch.length)
      throw new EndorsementError('OUTPUT_INVALID', {
        reason: 'the number of answers is not that of the calls',
      });
    return 'refusal' in answer
      ? answer
      : { result: decode(Buffer.from(JSON.stringify(answer.output))) };
  });
  if (entries.every((entry) => 'refusal' in entry)) throw new NothingToSend(entries);
  return entries;
}

/** Calls of one transaction of the table. */
class Lane {
  readonly #transport: Transport;
  readonly #pace: Pace;
  #gathered: WaitingCall[] = [];
  #isScheduled = false;
  #isEndorsing = false;

  constructor(transport: Transport, pace: Pace) {
    this.#transport = transport;
    this.#pace = pace;
  }

  submit(call: Call, decode: Decode): Promise<TransactionResult<unknown>> {
    return new Promise((resolve, reject) => {
      this.#gathered.push({ call, decode, since: this.#pace.now(), resolve, reject });
      this.#schedule();
    });
  }

  /** Waits for the next turn of the event loop: callers that waited for the same block call in the same turn. */
  #schedule(): void {
    if (this.#isScheduled || this.#isEndorsing || this.#gathered.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#start();
    });
  }

  #start(): void {
    const batch = this.#gathered.splice(0, MAX_BATCH);
    this.#isEndorsing = true;
    let isOver = false;
    // Only once: a later attempt of this batch must not let two others overlap.
    const onEndorsed = (): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      this.#isEndorsing = false;
      this.#schedule();
    };
    const timer = setTimeout(onEndorsed, GATHERING_MS);
    void this.#send(batch, onEndorsed, 0).finally(onEndorsed);
  }

  /** Never rejects: every call gets its own answer. */
  async #send(
    batch: readonly WaitingCall[],
    onEndorsed: () => void,
    attempts: number,
  ): Promise<void> {
    const [first] = batch;
    if (first !== undefined && batch.length === 1)
      return this.#sendAlone(first, onEndorsed, attempts);
    let entries: readonly BatchEntry[] = [];
    const decode = (payload: Uint8Array): readonly BatchEntry[] => {
      onEndorsed();
      return (entries = entriesOf(batch, payload));
    };
    try {
      const sent = await this.#transport.submit(mergeCalls(batch), decode, {
        retries: { conflicts: false },
      });
      this.#settle(batch, entries, { ...sent, attempts: attempts + sent.attempts });
    } catch (error) {
      await this.#handleFailure(batch, error, onEndorsed, attempts);
    }
  }

  async #sendAlone(waiting: WaitingCall, onEndorsed: () => void, attempts: number): Promise<void> {
    const decode = (payload: Uint8Array): unknown => {
      onEndorsed();
      return waiting.decode(payload);
    };
    try {
      const sent = await this.#transport.submit(waiting.call, decode, {});
      this.#settle([waiting], [{ result: sent.result }], {
        ...sent,
        attempts: attempts + sent.attempts,
      });
    } catch (error) {
      waiting.reject(error);
    }
  }

  /** One call must not make the others fail, so each half is tried by itself. */
  async #handleFailure(
    batch: readonly WaitingCall[],
    error: unknown,
    onEndorsed: () => void,
    attempts: number,
  ): Promise<void> {
    if (error instanceof NothingToSend)
      for (const [index, waiting] of batch.entries()) refuse(waiting, error.entries[index]);
    else if (isOneCallsFault(error))
      await Promise.all(halves(batch).map((half) => this.#send(half, onEndorsed, attempts + 1)));
    else for (const waiting of batch) waiting.reject(error);
  }

  #settle(
    batch: readonly WaitingCall[],
    entries: readonly BatchEntry[],
    sent: TransactionResult<unknown>,
  ): void {
    const now = this.#pace.now();
    for (const [index, waiting] of batch.entries()) {
      const entry = entries[index];
      if (entry !== undefined && 'result' in entry)
        waiting.resolve({ ...sent, result: entry.result, durationMs: now - waiting.since });
      else refuse(waiting, entry);
    }
  }
}

function refuse(waiting: WaitingCall, entry: BatchEntry | undefined): void {
  if (entry !== undefined && 'refusal' in entry) waiting.reject(new RefusedError(entry.refusal));
}

/** The batch may succeed without one call: one that met a conflict, or on which the endorsers do not agree yet. */
const isOneCallsFault = (error: unknown): boolean =>
  error instanceof ConflictError ||
  (error instanceof EndorsementError && error.code === 'ENDORSEMENT_MISMATCH');

/** Options of one call cannot apply to the other calls of a batch. */
const isAlone = ({ endorsers, retries, signal }: SubmitOptions): boolean =>
  endorsers !== undefined || retries !== undefined || signal !== undefined;

/** A transport over another one. It batches calls of transactions that the table marks `batch`. */
export class BatchingTransport implements Transport {
  readonly #transport: Transport;
  readonly #pace: Pace;
  readonly #lanes = new Map<string, Lane>();

  constructor(transport: Transport, pace: Pace) {
    this.#transport = transport;
    this.#pace = pace;
  }

  submit(call: Call, decode: Decode, options: SubmitOptions): Promise<TransactionResult<unknown>> {
    return call.transaction.batch !== true || isAlone(options)
      ? this.#transport.submit(call, decode, options)
      : this.#laneOf(call).submit(call, decode);
  }

  /** Queries travel alone. */
  evaluate(call: Call, decode: Decode, options: QueryOptions): Promise<unknown> {
    return this.#transport.evaluate(call, decode, options);
  }

  #laneOf({ transaction: { fullName } }: Call): Lane {
    const lane = this.#lanes.get(fullName) ?? new Lane(this.#transport, this.#pace);
    this.#lanes.set(fullName, lane);
    return lane;
  }
}
