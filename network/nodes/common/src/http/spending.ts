// SPDX-License-Identifier: Apache-2.0
// How much one caller may call in a window, so that a stolen certificate can guess little and flood nobody.
import { CapReached } from './node-error.js';

/** The highest counts of one caller in one window. */
export type CapCounts<Kind extends string> = Readonly<Record<Kind | 'windowSeconds', number>>;

interface Window {
  readonly endsAt: number;
  used: number;
}

/** Counts what each caller has used, in memory: a restart forgets it. */
export class Spending<Kind extends string> {
  readonly #caps: CapCounts<Kind>;
  readonly #clock: () => number;
  readonly #windows = new Map<string, Window>();

  constructor(caps: CapCounts<Kind>, clock: () => number) {
    this.#caps = caps;
    this.#clock = clock;
  }

  /** @returns a function that takes the count back. @throws {CapReached} */
  spend(caller: string, kind: Kind): () => void {
    const key = `${kind}~${caller}`;
    const window = this.#current(key);
    if (window.used >= this.#caps[kind])
      throw new CapReached(Math.ceil((window.endsAt - this.#clock()) / 1000));
    window.used += 1;
    this.#windows.set(key, window);
    return () => {
      window.used -= 1;
    };
  }

  #current(key: string): Window {
    const now = this.#clock();
    const window = this.#windows.get(key);
    return window !== undefined && window.endsAt > now
      ? window
      : { endsAt: now + this.#caps.windowSeconds * 1000, used: 0 };
  }
}
