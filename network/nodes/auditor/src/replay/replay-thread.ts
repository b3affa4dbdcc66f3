// SPDX-License-Identifier: Apache-2.0
// Asks a thread of its own to run calls again.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Difference, ReplayedCall } from './replayed-call.js';
import type { ReplayWorkerData } from './replay-worker.js';

interface Answered {
  readonly id: number;
  readonly differences?: readonly Difference[][];
  readonly failure?: string;
}

interface Waiting {
  readonly resolve: (differences: readonly (readonly Difference[])[]) => void;
  readonly reject: (error: Error) => void;
}

/** The compiled program. Sources and compiled files are both two levels below the package's folder. */
const PROGRAM = join(__dirname, '..', '..', 'dist', 'replay', 'replay-worker.js');

/** One thread; `close` ends it. */
export class ReplayThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  constructor(data: ReplayWorkerData) {
    this.#worker = new Worker(PROGRAM, { workerData: data });
    this.#worker.on('message', (answered: Answered) => this.#answered(answered));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('The thread that replays has ended.')));
    this.#worker.unref();
  }

  /**
   * @returns where each call comes out otherwise
   * @throws when the thread fails, which is no statement about the ledger
   */
  run(calls: readonly ReplayedCall[]): Promise<readonly (readonly Difference[])[]> {
    if (calls.length === 0) return Promise.resolve([]);
    const id = (this.#asked += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // A thread that nobody waits for does not keep the process.
      this.#worker.ref();
      this.#worker.postMessage({ id, calls });
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #answered({ id, differences, failure }: Answered): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (differences !== undefined) waiting?.resolve(differences);
    else waiting?.reject(new Error(`A replay failed: ${failure ?? ''}`));
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
