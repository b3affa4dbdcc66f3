// SPDX-License-Identifier: Apache-2.0
// How much one caller may call in a window, so that a stolen certificate can guess little and flood nobody.
import { elapsed, type Elapsed } from '../system/elapsed.js';
import { CapReached } from './node-error.js';

/** The highest counts of one caller in one window. */
export type CapCounts<Kind extends string> = Readonly<Record<Kind | 'windowSeconds', number>>;

interface Window {
  /** By what has passed, not by the clock: a caller would be refused for a month that the clock was ahead. */
  readonly endsAt: number;
  used: number;
}

/** Counts what each caller has used, in memory: a restart forgets it. */
export class Spending<Kind extends string> {
  readonly #caps: CapCounts<Kind>;
  readonly #now: Elapsed;
  readonly #windows = new Map<string, Window>();

  constructor(caps: CapCounts<Kind>, now: Elapsed = elapsed) {
    this.#caps = caps;
    this.#now = now;
  }

  /** @returns a function that takes the count back. @throws {CapReached} */
  spend(caller: string, kind: Kind): () => void {
    const key = `${kind}~${caller}`;
    const window = this.#current(key);
    if (window.used >= this.#caps[kind])
      throw new CapReached(Math.ceil((window.endsAt - this.#now()) / 1000));
    window.used += 1;
    this.#windows.set(key, window);
    return () => {
      window.used -= 1;
    };
  }

  #current(key: string): Window {
    const now = this.#now();
    const window = this.#windows.get(key);
    return window !== undefined && window.endsAt > now
      ? window
      : { endsAt: now + this.#caps.windowSeconds * 1000, used: 0 };
  }
}
