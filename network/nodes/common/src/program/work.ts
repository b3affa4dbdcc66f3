// SPDX-License-Identifier: Apache-2.0
// What a node does by itself: it follows the ledger, and works off what blocks, callers and the clock ask for.
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { Follower, type BlockSource, type Projection } from '../follower/follower.js';
import type { PositionTables } from '../follower/position.js';
import { Standstill } from '../follower/standstill.js';
import { factsOf } from '../http/node-error.js';
import type { NodeMetrics } from '../http/metrics.js';
import type { AskedRun, JobData, JobKind } from '../jobs/job-kind.js';
import { Jobs, type FailingJob, type JobState } from '../jobs/jobs.js';
import type { AnyDatabase } from '../jobs/queue-table.js';
import { elapsed } from '../system/elapsed.js';

export interface WorkOptions<Tables extends PositionTables> {
  readonly db: Kysely<Tables>;
  /** Of a database server; without it the queue shares the connection of `db`. */
  readonly url?: string | undefined;
  readonly logger: Logger;
  readonly metrics?: NodeMetrics;
  /** The ledger's blocks. Without them nothing is followed. */
  readonly blocks?: BlockSource | undefined;
  /** Called when the ledger can no longer be followed. */
  readonly onEnd?: ((error: unknown) => void) | undefined;
}

/** What there is to do. */
export interface WorkParts<Tables> {
  readonly projections: readonly Projection<Tables>[];
  readonly jobs: readonly JobKind[];
}

/** What is asked for in one transaction, so that what many blocks ask for again and again is asked for once. */
class Gathered {
  readonly asked = new Map<string, Map<string, AskedRun>>();

  constructor(readonly transaction: AnyDatabase) {}

  add({ name }: Pick<JobKind, 'name'>, runs: ReadonlyMap<string, AskedRun>): void {
    const known = this.asked.get(name) ?? new Map<string, AskedRun>();
    this.asked.set(name, known);
    for (const [key, run] of runs) known.set(key, run);
  }
}

export class Work<Tables extends PositionTables> {
  readonly #options: WorkOptions<Tables>;
  readonly #stop = new AbortController();
  /** Kinds of work that were asked for and not yet woken. */
  readonly #asked = new Set<string>();
  /** What blocks ask for, by kind and key, until their transaction is ready to end. */
  #gathered: Gathered | undefined;
  #jobs: Jobs | undefined;
  #follower: Follower<Tables> | undefined;
  #following: Promise<void> = Promise.resolve();
  readonly #standstill = new Standstill();
  #hasEnded = false;

  constructor(options: WorkOptions<Tables>) {
    this.#options = options;
  }

  /** @throws when the tables are outdated, or the queue cannot be made; nothing keeps running then. */
  async start({ projections, jobs }: WorkParts<Tables>): Promise<void> {
    const { blocks } = this.#options;
    const follower = blocks && this.#followerOf(blocks, projections);
    await follower?.ensureUpToDate();
    this.#jobs = this.#jobsOf(jobs);
    await this.#orNothing(this.#jobs.start());
    if (follower !== undefined) this.#follow(follower);
  }

  /**
   * Makes the tables that blocks alone make anew, from block 0 to the head, and does no work meanwhile: what blocks ask for waits for the
   * next start, which finds most of it done. Work that was rebuilt cannot be started; close it.
   * @param head the last block to read
   * @throws {NetworkError} LEDGER_DIFFERS, or an `AbortError` when the signal ends it: then the next start reads on
   */
  async rebuild(
    { projections, jobs }: WorkParts<Tables>,
    head: bigint,
    signal: AbortSignal,
  ): Promise<void> {
    const { blocks } = this.#options;
    if (blocks === undefined) throw new Error('Without blocks there is nothing to rebuild from.');
    this.#jobs = this.#jobsOf(jobs);
    await this.#orNothing(this.#jobs.open());
    const follower = this.#followerOf(blocks, projections);
    await follower.rebuild();
    const ended = follower.run(this.#stop.signal);
    this.#following = ended.catch(() => undefined);
    await Promise.race([follower.reached(head, signal), ended]);
  }

  /** Asks for work in the transaction that has the reason for it. It begins when that was committed, at the latest half a second later. */
  async ask(
    transaction: AnyDatabase,
    kind: Pick<JobKind, 'name'>,
    key: string,
    data: JobData,
  ): Promise<void> {
    await this.askAll(transaction, kind, new Map([[key, { data }]]));
  }

  /** The same for several keys of a kind, or for later. */
  async askAll(
    transaction: AnyDatabase,
    kind: Pick<JobKind, 'name'>,
    runs: ReadonlyMap<string, AskedRun>,
  ): Promise<void> {
    if (this.#jobs === undefined) throw new Error('Work is asked for before the node works.');
    this.#asked.add(kind.name);
    if (transaction === this.#gathered?.transaction) this.#gathered.add(kind, runs);
    else await this.#jobs.askAll(transaction, kind, runs);
  }

  /** Begins asked work at once: to be called after the transaction. A block does it by itself. */
  wake(): void {
    for (const name of this.#asked) this.#jobs?.wake({ name });
    this.#asked.clear();
  }

  /** How much of each kind waits, runs and failed. */
  async jobStates(): Promise<readonly JobState[]> {
    return (await this.#jobs?.states()) ?? [];
  }

  /** Kinds with work that failed at least so often in a row. */
  async failingJobs(attempts: number): Promise<readonly FailingJob[]> {
    return (await this.#jobs?.failing(attempts)) ?? [];
  }

  /** Resolves when the tables have what this block says. @throws an `AbortError` when the signal ends the wait */
  async reached(block: bigint, signal: AbortSignal): Promise<void> {
    await this.#follower?.reached(block, signal);
  }

  /**
   * Whether the tables follow the ledger. A follower that catches up, keeps up.
   * @throws when blocks wait and none was read for 30 s, when the ledger is followed no more, or when the peer does not answer
   */
  async keepsUp(): Promise<void> {
    if (this.#hasEnded) throw new Error('The ledger is followed no more.');
    const height = await this.#options.blocks?.height?.();
    const nextBlock = this.#follower?.position?.nextBlock ?? 0;
    if (height !== undefined && this.#standstill.look(nextBlock, height, elapsed()))
      throw new Error(`The tables stand still before block ${nextBlock.toString()}.`);
  }

  /** Finishes or undoes what is under way. Call it before the database is closed. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#following;
    await this.#jobs?.stop();
  }

  async #gathering(transaction: AnyDatabase, apply: () => Promise<void>): Promise<void> {
    const gathered = new Gathered(transaction);
    this.#gathered = gathered;
    try {
      await apply();
    } finally {
      this.#gathered = undefined;
    }
    for (const [name, asked] of gathered.asked)
      await this.#jobs?.askAll(transaction, { name }, asked);
  }

  async #orNothing(begun: Promise<void>): Promise<void> {
    await begun.catch(async (error: unknown) => {
      await this.#jobs?.stop();
      throw error;
    });
  }

  #jobsOf(kinds: readonly JobKind[]): Jobs {
    const { db, url, logger, metrics } = this.#options;
    return new Jobs({
      db,
      ...(url !== undefined && { url }),
      kinds,
      observer: {
        failed: ({ job }, error) => {
          metrics?.jobFailed(job);
          logger.warn({ job, ...factsOf(error) }, 'job failed');
        },
        broken: (error) => logger.error(factsOf(error), 'jobs do not run'),
      },
    });
  }

  #followerOf(source: BlockSource, projections: readonly Projection<Tables>[]): Follower<Tables> {
    const { db, metrics, logger } = this.#options;
    let isToldOfOther = false;
    return new Follower({
      db,
      source,
      projections,
      around: (transaction, apply) => this.#gathering(transaction, apply),
      onProgress: ({ nextBlock }) => {
        metrics?.readTo(nextBlock);
        this.wake();
      },
      onOther: () => {
        if (!isToldOfOther) logger.info('another process applies blocks to the same tables');
        isToldOfOther = true;
      },
    });
  }

  #follow(follower: Follower<Tables>): void {
    const { onEnd = () => undefined } = this.#options;
    this.#follower = follower;
    this.#following = follower.run(this.#stop.signal).catch((error: unknown) => {
      this.#hasEnded = true;
      onEnd(error);
    });
  }
}
