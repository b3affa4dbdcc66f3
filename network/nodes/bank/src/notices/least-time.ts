// SPDX-License-Identifier: Apache-2.0
// What time it is at least, for what cannot be taken back. A clock that is a month ahead for a minute says that everything is over; it has to
// say so for an hour.
import { elapsed, type Elapsed } from '@fabric-offline-pay/node-common/node';
import type { Clock } from '../clock.js';

const HOUR_MS = 3_600_000;

interface Look {
  /** By what has passed, whatever the clock says. */
  readonly at: number;
  /** What the clock said. */
  readonly said: number;
}

export class LeastTime {
  readonly #clock: Clock;
  readonly #elapsed: Elapsed;
  /** Those of the last hour, and the last one before it. */
  #looks: readonly Look[] = [];

  constructor(clock: Clock, passed: Elapsed = elapsed) {
    this.#clock = clock;
    this.#elapsed = passed;
  }

  /**
   * Looks at the clock; to be called each minute or so.
   * @returns the earliest time that it has said for an hour, milliseconds since 1970; undefined until there was a look an hour ago
   */
  look(): number | undefined {
    const at = this.#elapsed();
    const looks = [...this.#looks, { at, said: this.#clock() }];
    const isOld = (look: Look): boolean => look.at <= at - HOUR_MS;
    this.#looks = looks.slice(Math.max(0, looks.filter(isOld).length - 1));
    const [first] = this.#looks;
    return first !== undefined && isOld(first)
      ? Math.min(...this.#looks.map(({ said }) => said))
      : undefined;
  }
}
