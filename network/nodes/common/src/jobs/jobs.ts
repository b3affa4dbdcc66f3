// SPDX-License-Identifier: Apache-2.0
// What a node has to do, kept in its database until it is done: by the clock, or because something happened.
import { setTimeout as pause } from 'node:timers/promises';
import { CompiledQuery, sql } from 'kysely';
import { fromKysely, PgBoss, type Db, type JobWithMetadata, type QueueOptions } from 'pg-boss';
import { bringForward } from './earlier-attempt.js';
import type { AskedRun, JobData, JobKind } from './job-kind.js';
import {
  choiceOf,
  dueLanes,
  laneFor,
  lanesOf,
  moveWaiting,
  type Lane,
  type Waiting,
} from './lanes.js';
import { JOBS, SCHEMA, type AnyDatabase } from './queue-table.js';
import { bringBack } from './wrong-clock.js';

/** How much of a kind waits, and what failed. */
export interface JobState {
  readonly name: string;
  readonly schedule: string | null;
  readonly waiting: number;
  readonly running: number;
  /** Given up after a week of attempts. */
  readonly failed: number;
}

/** A kind of work that fails again and again. */
export interface FailingJob {
  readonly name: string;
  /** Of how many keys. */
  readonly keys: number;
}

/** Told what went wrong; without data, which may name people. */
export interface JobObserver {
  failed(facts: { readonly job: string; readonly key: string }, error: unknown): void;
  /** The queue itself does not work, for instance because the database is away. */
  broken(error: unknown): void;
}

export interface JobsOptions {
  readonly db: AnyDatabase;
  /** Of a server; without it the queue shares the connection of `db`, which is inside the process. */
  readonly url?: string;
  readonly kinds: readonly JobKind[];
  readonly observer: JobObserver;
}

interface JobCount {
  readonly name: string;
  readonly state: string;
  readonly count: number;
}

const HOUR = 3_600;
const YEAR = 365 * 24 * HOUR;

/** How often it looks for work of any kind: what other processes asked for, and what is tried again. Whoever asks here wakes it at once. */
const LOOK_MS = 500;

/** Looks until what a wrong clock has left behind is looked for again: a minute. */
const LOOKS_A_MINUTE = 120;

/** Each worker's own look. It finds nothing that {@link LOOK_MS} does not find; a node has dozens of workers. */
const POLLING_SECONDS = 60;

/** Seconds 1, 2, 4 … to an hour: the last of these attempts is about a week after the first. */
const ATTEMPTS = 180;

const QUEUE_SETTINGS = {
  retryLimit: ATTEMPTS,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: HOUR,
  // Work waits for a node that is off, however long.
  retentionSeconds: YEAR,
} as const satisfies QueueOptions;

/** A look that takes longer is told. */
const LOOK_ANSWERED_MS = 5_000;

/** For runs that are under way when the node ends; then they are noted as failed, and tried again. Less than a node has for its end. */
const STOPPING_MS = 10_000;

const hasSettings = (made: QueueOptions, settings: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(settings).every(([name, value]) => Reflect.get(made, name) === value);

/** Statements of the queue take their turn on the connection with those of the node. */
const sharing = (db: AnyDatabase): Db => ({
  executeSql: async (text, values = []) => {
    const { rows } = await db.executeQuery(CompiledQuery.raw(text, values));
    return { rows };
  },
});

/**
 * Another transaction asked before, and its run waits. Locked, it waits until this transaction has ended: begun earlier, it would not see
 * what this one writes.
 * @returns the keys of runs that wait; others have begun meanwhile
 */
async function holdWaiting(
  db: AnyDatabase,
  name: string,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const wanted = sql`jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb)`;
  const { rows } = await sql<{ readonly key: string }>`
    select singleton_key as key from ${JOBS}
    where name = ${name} and singleton_key in (select ${wanted}) and state = 'created'
    order by singleton_key for update
  `.execute(db);
  return new Set(rows.map(({ key }) => key));
}

/**
 * What ran when the process before died waits again, at once, instead of until it is given up. Only for a database that one process uses:
 * on a server, another one may run it.
 */
async function takeUpOrphans(db: AnyDatabase): Promise<void> {
  await sql`
    delete from ${JOBS} as orphan where state = 'active' and exists (
      select 1 from ${JOBS} as waiting where waiting.state = 'created' and waiting.name = orphan.name
        and waiting.singleton_key is not distinct from orphan.singleton_key)
  `.execute(db);
  await sql`
    update ${JOBS} set state = 'created', started_on = null, start_after = now() where state = 'active'
  `.execute(db);
}

export class Jobs {
  readonly #options: JobsOptions;
  readonly #queue: PgBoss;
  readonly #stopped = new AbortController();
  /** Of each kind, by its lanes. */
  readonly #workers = new Map<string, readonly string[][]>();
  /** Lanes of kinds in which work was asked for, until somebody wakes the kind. */
  readonly #asked = new Map<string, Set<number>>();
  /** Workers that run something. */
  readonly #busy = new Set<string>();
  #looking: Promise<void> = Promise.resolve();

  constructor(options: JobsOptions) {
    const { db, url, observer } = options;
    this.#options = options;
    const store =
      url === undefined
        ? ({ db: sharing(db), backend: 'pglite' } as const)
        : { connectionString: url };
    this.#queue = new PgBoss({ ...store, schema: SCHEMA, registerInstance: false });
    this.#queue.on('error', (error) => observer.broken(error));
  }

  /** Makes the queue's tables when there are none: work may be asked for then, and waits. */
  async open(): Promise<void> {
    await this.#queue.start();
    const { kinds } = this.#options;
    const made = await this.#queue.getQueues(kinds.map(({ name }) => name));
    const queues = new Map(made.map((queue) => [queue.name, queue]));
    const clocked = new Set((await this.#queue.getSchedules()).map(({ name }) => name));
    for (const kind of kinds) await this.#make(kind, queues.get(kind.name), clocked.has(kind.name));
  }

  /** Opens the queue, and begins to work. */
  async start(): Promise<void> {
    await this.open();
    if (this.#options.url === undefined) await takeUpOrphans(this.#options.db);
    for (const kind of this.#options.kinds) await this.#workOn(kind);
    this.#looking = this.#look();
  }

  /**
   * Asks for runs of a kind, in the same database transaction as the reason for them, in a few statements. However often one is asked for
   * under one key, one run waits; one that runs does not count, because it may have looked already.
   * @param asked by keys that are natural: what the run is about, such as an order
   */
  async askAll(
    transaction: AnyDatabase,
    { name }: Pick<JobKind, 'name'>,
    asked: ReadonlyMap<string, AskedRun>,
  ): Promise<void> {
    const db = fromKysely(transaction);
    const kind = this.#options.kinds.find((each) => each.name === name);
    // In one order, so that two transactions that ask for the same do not wait for each other.
    let left = [...asked]
      .map(([key, run]): Waiting => ({ key, ...run, lane: laneFor(kind, run.data) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    this.#noteAsked(name, left);
    while (left.length > 0) {
      const wanted = left.map(({ key, data, lane, afterSeconds }) => ({
        singletonKey: key,
        data,
        priority: lane,
        // By the database's clock, which decides when it begins: it may differ from that of whoever asks.
        ...(afterSeconds !== undefined && { startAfter: afterSeconds }),
      }));
      const made = await this.#queue.insert(name, wanted, { db, returnId: true });
      if (made?.length === left.length) return;
      const keys = left.map(({ key }) => key);
      const waiting = await holdWaiting(transaction, name, keys);
      const held = left.filter(({ key }) => waiting.has(key));
      if (kind?.lanes !== undefined) await moveWaiting(transaction, name, held);
      left = left.filter(({ key }) => !waiting.has(key));
    }
  }

  /** Looks for work now instead of half a second later: to be called when a transaction that asked was committed. */
  wake({ name }: Pick<JobKind, 'name'>): void {
    // Of several lanes, those in which something was asked for here; what others asked for is found by the next look.
    const isOne = this.#workers.get(name)?.length === 1;
    for (const lane of isOne ? [0] : (this.#asked.get(name) ?? [])) this.#wakeLane({ name, lane });
    this.#asked.delete(name);
  }

  #wakeLane({ name, lane }: Lane): void {
    const workers = this.#workers.get(name)?.[lane] ?? [];
    // One is enough, because each wakes another when it finds something. Those that are busy look again when they are done.
    const idle = workers.find((worker) => !this.#busy.has(worker));
    if (idle !== undefined) this.#queue.notifyWorker(idle);
  }

  /** Counted now: the queue's own figures may be a minute old. */
  async states(): Promise<readonly JobState[]> {
    const { rows } = await sql<JobCount>`
      select name, state::text as state, count(*)::integer as count
      from ${JOBS} where state <> 'failed' or retry_count >= retry_limit group by name, state
    `.execute(this.#options.db);
    const count = (name: string, ...states: readonly string[]): number =>
      rows
        .filter((row) => row.name === name && states.includes(row.state))
        .reduce((sum, row) => sum + row.count, 0);
    return this.#options.kinds.map(({ name, schedule = null }) => ({
      name,
      schedule,
      waiting: count(name, 'created', 'retry'),
      running: count(name, 'active'),
      failed: count(name, 'failed'),
    }));
  }

  /** @returns the kinds with work whose last attempts all failed. @param attempts so many at least; what was given up counts */
  async failing(attempts: number): Promise<readonly FailingJob[]> {
    const { rows } = await sql<FailingJob>`
      select name, count(*)::integer as keys from ${JOBS}
      where state in ('retry', 'active', 'failed')
        and retry_count + (case state when 'retry' then 1 else 0 end) >= least(${attempts}::integer, retry_limit)
      group by name order by name
    `.execute(this.#options.db);
    return rows;
  }

  /** Finishes what is under way, as far as it listens to its signal, and takes up nothing more. */
  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the node ends'));
    await this.#looking;
    await this.#queue.stop({ graceful: true, close: true, timeout: STOPPING_MS });
  }

  #noteAsked(name: string, asked: readonly Waiting[]): void {
    const lanes = this.#asked.get(name) ?? new Set();
    for (const { lane } of asked) lanes.add(lane);
    this.#asked.set(name, lanes);
  }

  /** Each statement that it saves at a start costs a tenth of a second there. */
  async #make(kind: JobKind, made: QueueOptions | undefined, isClocked: boolean): Promise<void> {
    const { name, schedule, givenUpAfterSeconds = 300 } = kind;
    const settings = { ...QUEUE_SETTINGS, expireInSeconds: givenUpAfterSeconds };
    // One waits and one runs under each key.
    if (made === undefined) await this.#queue.createQueue(name, { ...settings, policy: 'stately' });
    else if (!hasSettings(made, settings)) await this.#queue.updateQueue(name, settings);
    if (schedule !== undefined)
      await this.#queue.schedule(name, schedule, {}, { singletonKey: 'clock', missed: 'once' });
    else if (isClocked) await this.#queue.unschedule(name);
  }

  async #workOn(kind: JobKind): Promise<void> {
    const { name, atOnce = 1 } = kind;
    const options = {
      pollingIntervalSeconds: POLLING_SECONDS,
      batchSize: 1,
      includeMetadata: true,
    } as const;
    const lanes = lanesOf(kind).map((lane) => ({ lane, workers: [] as string[] }));
    this.#workers.set(
      name,
      lanes.map(({ workers }) => workers),
    );
    for (const { lane, workers } of lanes)
      for (let index = 0; index < atOnce; index += 1) {
        const work = async ([job]: JobWithMetadata<JobData>[]): Promise<void> => {
          const worker = workers[index] ?? '';
          // Where one waited, more may: another looks now, and this one again when it is done.
          this.#busy.add(worker);
          this.#queue.notifyWorker(worker);
          this.#wakeLane(lane);
          try {
            if (job !== undefined) await this.#run(kind, job);
          } finally {
            this.#busy.delete(worker);
          }
        };
        workers.push(await this.#queue.work(name, { ...options, ...choiceOf(kind, lane) }, work));
      }
  }

  /** Wakes the workers of what is due, until the node ends. */
  async #look(): Promise<void> {
    const { signal } = this.#stopped;
    const { db, kinds } = this.#options;
    for (let looks = 0; !signal.aborted; looks += 1) {
      try {
        await pause(LOOK_MS, undefined, { signal });
        if (looks % LOOKS_A_MINUTE === 0) await this.#unlessEnded(bringBack(db));
        for (const lane of (await this.#unlessEnded(dueLanes(db, kinds))) ?? [])
          this.#wakeLane(lane);
      } catch (error) {
        if (!this.#stopped.signal.aborted) this.#options.observer.broken(error);
      }
    }
  }

  /**
   * Waits, however long: another statement would not be answered either, and would hold another connection. That it takes long is told.
   * @returns undefined when the node ends before the answer
   */
  async #unlessEnded<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
    const { signal } = this.#stopped;
    const late = new Error('The database does not answer.');
    const timer = setTimeout(() => this.#options.observer.broken(late), LOOK_ANSWERED_MS);
    let end = (): void => undefined;
    // Of this look alone: one promise for all looks would remember each of them until the node ends.
    const ended = new Promise<undefined>((resolve) => (end = () => resolve(undefined)));
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    // It may fail when nobody waits any more.
    asked.catch(() => undefined);
    try {
      return await Promise.race([asked, ended]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  }

  async #run(kind: JobKind, job: JobWithMetadata<JobData>): Promise<void> {
    if (await this.#succeeds(kind, job)) return;
    await bringForward(this.#options.db, job);
    // Without its cause, which the queue would keep: it may name people.
    throw new Error('failed, see the log');
  }

  async #succeeds(
    kind: JobKind,
    { data, singletonKey, signal }: JobWithMetadata<JobData>,
  ): Promise<boolean> {
    try {
      // The queue's own signal says that it has given the run up, and begins another.
      await kind.run(data, AbortSignal.any([this.#stopped.signal, signal]));
      return true;
    } catch (error) {
      if (!this.#stopped.signal.aborted)
        this.#options.observer.failed({ job: kind.name, key: singletonKey ?? '' }, error);
      return false;
    }
  }
}
