// SPDX-License-Identifier: Apache-2.0
// The card host leaves a statement of each day for the bank: every minute what the day has so far, and on request.
import type { CardHostSimulator } from '../hosts/card-host-simulator.js';

const EVERY_MS = 60_000;
const DAY_MS = 86_400_000;

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

export class Statements {
  readonly #host: CardHostSimulator;
  readonly #folder: string;
  readonly #timer: NodeJS.Timeout;
  /** The last day whose statement is complete. */
  #until: number;

  constructor(host: CardHostSimulator, folder: string) {
    this.#host = host;
    this.#folder = folder;
    const [first] = host.entries;
    this.#until = (first === undefined ? Date.now() : Date.parse(first.day)) - DAY_MS;
    this.write();
    this.#timer = setInterval(() => this.write(), EVERY_MS);
  }

  /** The days that were not over when they were written last, up to today; a day without entries, too. */
  write(): void {
    const now = Date.now();
    for (let at = this.#until + DAY_MS; dayOf(at) <= dayOf(now); at += DAY_MS) {
      const day = dayOf(at);
      const entries = this.#host.entries.filter((entry) => entry.day === day);
      this.#host.writeStatement(this.#folder, day, entries);
    }
    this.#until = now - DAY_MS;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
