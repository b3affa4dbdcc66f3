// SPDX-License-Identifier: Apache-2.0
// A process that dies at its n-th step: before a statement of the database, or before or after a message to the host. For tests.
import type { SqlEngine, SqlResult } from '@fabric-offline-pay/node-common/node';

/** Not one of the port's errors: nobody in the process can catch it and go on. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** Counts the steps of one process. */
export class Life {
  #steps = 0;
  #lastStep = Infinity;

  get steps(): number {
    return this.#steps;
  }

  get isOver(): boolean {
    return this.#steps > this.#lastStep;
  }

  /** Begins anew, and counts from here. @param steps that are still made; without it the life does not end */
  endAfter(steps = Infinity): void {
    this.#steps = 0;
    this.#lastStep = steps;
  }

  /** @throws {Crash} at the end of the life, and ever after */
  step(): void {
    if (!this.isOver) this.#steps += 1;
    if (this.isOver) throw new Crash('the process is dead');
  }
}

/** A connection to a database that several lives share; what a life leaves open is undone at its end. */
export class MortalEngine implements SqlEngine {
  readonly #engine: SqlEngine;
  readonly #life: Life;

  constructor(engine: SqlEngine, life: Life) {
    this.#engine = engine;
    this.#life = life;
  }

  async query(sql: string, parameters: unknown[]): Promise<SqlResult> {
    await this.#step();
    return this.#engine.query(sql, parameters);
  }

  async exec(sql: string): Promise<SqlResult[]> {
    await this.#step();
    return this.#engine.exec(sql);
  }

  /** The database outlives the process. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  async #step(): Promise<void> {
    const wasOver = this.#life.isOver;
    try {
      this.#life.step();
    } catch (error) {
      if (!wasOver) await this.#engine.exec('rollback');
      throw error;
    }
  }
}
