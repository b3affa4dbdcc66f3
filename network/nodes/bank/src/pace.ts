// SPDX-License-Identifier: Apache-2.0
// Makes pretended steps take as long as real ones, so that the time of an answer does not reveal who is a customer.
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** The steps that call the ledger or a customer's phone, for real customers. */
export type PacedStep = 'open' | 'begin' | 'send' | 'attest' | 'fail';

const REMEMBERED = 64;

/** Assumed milliseconds of a step that has not run yet. */
const FIRST_GUESS_MS = 400;

export interface PaceTime {
  /** Milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

const realTime: PaceTime = { now: () => performance.now(), sleep: (ms) => delay(ms) };

export class Pace {
  readonly #time: PaceTime;
  readonly #taken = new Map<PacedStep, number[]>();

  constructor(time: PaceTime = realTime) {
    this.#time = time;
  }

  /** @returns the moment from which {@link pretend} counts. */
  now(): number {
    return this.#time.now();
  }

  /** Runs a step and remembers how long it took, unless it failed. */
  async real<Result>(step: PacedStep, work: () => Promise<Result>): Promise<Result> {
    const began = this.now();
    const result = await work();
    const taken = [...(this.#taken.get(step) ?? []), this.now() - began];
    this.#taken.set(step, taken.slice(-REMEMBERED));
    return result;
  }

  /** Resolves when as much time has passed as a recent real step took. */
  async pretend(step: PacedStep, began = this.now()): Promise<void> {
    const taken = this.#taken.get(step) ?? [FIRST_GUESS_MS];
    const wanted = taken[randomInt(taken.length)] ?? FIRST_GUESS_MS;
    await this.#time.sleep(Math.max(0, wanted - (this.now() - began)));
  }
}
