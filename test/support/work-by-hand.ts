// SPDX-License-Identifier: Apache-2.0
// A node's work, step by step: a test reads the ledger and runs what was asked for when it says so. The queue itself is tested elsewhere.
import {
  Follower,
  type AskedRun,
  type FollowerOptions,
  type JobData,
  type JobKind,
  type PositionTables,
  type Projection,
} from '@fabric-offline-pay/node-common/node';
import type { MemoryLedger } from '@fabric-offline-pay/testing';
import { itemWhere } from './defined.js';
import { MemoryBlocks } from './memory-blocks.js';

interface Asked {
  readonly name: string;
  readonly data: JobData;
  readonly notBefore: number;
}

/** Keeps what is asked for, once a key, until it is run. */
export class WorkByHand {
  readonly #asked = new Map<string, Asked>();

  /** Names and keys that wait and may begin, in their order. */
  get waiting(): readonly string[] {
    return this.#mayBegin().map(([key]) => key);
  }

  /** When what was asked for later may begin, milliseconds since 1970, by name and key. */
  get later(): ReadonlyMap<string, number> {
    const now = Date.now();
    const asked = [...this.#asked].map(([key, { notBefore }]) => [key, notBefore] as const);
    return new Map(asked.filter(([, notBefore]) => notBefore > now));
  }

  ask(db: unknown, kind: Pick<JobKind, 'name'>, key: string, data: JobData): Promise<void> {
    return this.askAll(db, kind, new Map([[key, { data }]]));
  }

  askAll(
    _db: unknown,
    { name }: Pick<JobKind, 'name'>,
    runs: ReadonlyMap<string, AskedRun>,
  ): Promise<void> {
    for (const [key, { data, afterSeconds = 0 }] of runs) {
      const full = `${name} ${key}`;
      const notBefore = Date.now() + 1000 * afterSeconds;
      if (!this.#asked.has(full)) this.#asked.set(full, { name, data, notBefore });
    }
    return Promise.resolve();
  }

  wake(): void {
    // Whoever drives it runs it.
  }

  failingJobs(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }

  /** Runs all that waits, also what that asks for. One that fails waits again. */
  async run(jobs: readonly JobKind[]): Promise<void> {
    for (;;) {
      const [first] = this.#mayBegin();
      if (first === undefined) return;
      const [key, asked] = first;
      const kind = itemWhere(jobs, (job) => job.name === asked.name);
      this.#asked.delete(key);
      try {
        await kind.run(asked.data, new AbortController().signal);
      } catch (error) {
        this.#asked.set(key, asked);
        throw error;
      }
    }
  }

  #mayBegin() {
    const now = Date.now();
    return [...this.#asked].filter(([, { notBefore }]) => notBefore <= now);
  }
}

/** Reads the ledger to its last block. @throws what stopped the follower */
export async function follow<Tables extends PositionTables>(
  db: FollowerOptions<Tables>['db'],
  ledger: MemoryLedger,
  projections: readonly Projection<Tables>[],
): Promise<void> {
  const head = BigInt(ledger.blocks().at(-1)?.number ?? 0);
  const stop = new AbortController();
  const follower = new Follower({ db, source: new MemoryBlocks(ledger), projections });
  const ended = follower.run(stop.signal);
  await Promise.race([follower.reached(head, stop.signal), ended]);
  stop.abort();
  await ended;
}
