// SPDX-License-Identifier: Apache-2.0
// Calls with an Idempotency-Key: the first answer is kept, and a repetition gets it. A call that failed may be repeated; what it did on
// the ledger has natural keys of its own.
import { digestOf } from '@fabric-offline-pay/domain';
import type { Kysely } from 'kysely';
import { NodeError } from './node-error.js';

/** The table that {@link createIdempotency} makes. */
export interface IdempotencyTables {
  idempotent_calls: {
    /** The name in the caller's certificate. */
    caller: string;
    key: string;
    operation: string;
    /** SHA-256 of the input, hex: another call under the same key is refused. */
    digest: string;
    /** JSON; null while the call is in progress. */
    answer: string | null;
    /** Milliseconds since 1970. */
    begun_at: number;
  };
}

/** A step of the node's migrations. */
export async function createIdempotency(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('idempotent_calls')
    .addColumn('caller', 'varchar(255)', (column) => column.notNull())
    .addColumn('key', 'varchar(64)', (column) => column.notNull())
    .addColumn('operation', 'varchar(64)', (column) => column.notNull())
    .addColumn('digest', 'varchar(64)', (column) => column.notNull())
    .addColumn('answer', 'text')
    .addColumn('begun_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotent_calls_key', ['caller', 'key'])
    .execute();
}

/** A call by its caller and key. */
export interface KeyedCall {
  readonly caller: string;
  readonly key: string;
  readonly operation: string;
  readonly input: unknown;
}

/** Of who performs a call: whoever takes it over has a later one. */
interface Mark {
  /** Milliseconds since 1970. */
  readonly begunAt: number;
}

/** After this the process that began a call is taken for dead. */
const GIVEN_UP_MS = 120_000;

/** How long an answer is kept. */
const KEPT_MS = 7 * 24 * 3_600_000;

export class IdempotentCalls {
  readonly #db: Kysely<IdempotencyTables>;
  readonly #clock: () => number;

  constructor(db: Kysely<IdempotencyTables>, clock: () => number) {
    this.#db = db;
    this.#clock = clock;
  }

  /**
   * @returns the answer of the first call under this key that succeeded, or of this one.
   * @throws {NodeError} IDEMPOTENCY_KEY_REUSED | CALL_IN_PROGRESS, or what the call throws: then it may be repeated.
   */
  async once<Answer>(call: KeyedCall, perform: () => Promise<Answer>): Promise<Answer> {
    const begun = await this.#begin(call);
    if ('kept' in begun) return JSON.parse(begun.kept) as Answer;
    try {
      const answer = await perform();
      await this.#own(call, begun)
        .set({ answer: JSON.stringify(answer) })
        .execute();
      return answer;
    } catch (error) {
      await this.#forget(call, begun);
      throw error;
    }
  }

  /** Forgets answers that nobody repeats any more. */
  async purge(): Promise<void> {
    const before = this.#clock() - KEPT_MS;
    await this.#db.deleteFrom('idempotent_calls').where('begun_at', '<', before).execute();
  }

  /** @returns the kept answer, or this call's mark when it is the one to perform it. */
  async #begin(call: KeyedCall): Promise<Mark | { readonly kept: string }> {
    const digest = digestOf(call.input);
    const begun = { begunAt: this.#clock() };
    if (await this.#insert(call, digest, begun)) return begun;
    const row = await this.#db
      .selectFrom('idempotent_calls')
      .selectAll()
      .where('caller', '=', call.caller)
      .where('key', '=', call.key)
      .executeTakeFirst();
    if (row === undefined) throw new NodeError('CALL_IN_PROGRESS');
    if (row.operation !== call.operation || row.digest !== digest)
      throw new NodeError('IDEMPOTENCY_KEY_REUSED');
    if (row.answer !== null) return { kept: row.answer };
    if (await this.#takeOver(call, { begunAt: row.begun_at }, begun)) return begun;
    throw new NodeError('CALL_IN_PROGRESS');
  }

  async #insert(
    { caller, key, operation }: KeyedCall,
    digest: string,
    { begunAt }: Mark,
  ): Promise<boolean> {
    const inserted = await this.#db
      .insertInto('idempotent_calls')
      .values({ caller, key, operation, digest, answer: null, begun_at: begunAt })
      .onConflict((conflict) => conflict.doNothing())
      .returning('key')
      .executeTakeFirst();
    return inserted !== undefined;
  }

  /** The process that began it ended before it answered, or is so late that its end counts no more. */
  async #takeOver(call: KeyedCall, before: Mark, mark: Mark): Promise<boolean> {
    if (mark.begunAt - before.begunAt < GIVEN_UP_MS) return false;
    const taken = await this.#own(call, before)
      .set({ begun_at: mark.begunAt })
      .where('answer', 'is', null)
      .returning('key')
      .executeTakeFirst();
    return taken !== undefined;
  }

  /** The call as it was begun under this mark: nothing when another has taken it over. */
  #own({ caller, key }: KeyedCall, { begunAt }: Mark) {
    return this.#db
      .updateTable('idempotent_calls')
      .where('caller', '=', caller)
      .where('key', '=', key)
      .where('begun_at', '=', begunAt);
  }

  async #forget({ caller, key }: KeyedCall, { begunAt }: Mark): Promise<void> {
    await this.#db
      .deleteFrom('idempotent_calls')
      .where('caller', '=', caller)
      .where('key', '=', key)
      .where('begun_at', '=', begunAt)
      .where('answer', 'is', null)
      .execute();
  }
}
