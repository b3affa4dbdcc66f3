// SPDX-License-Identifier: Apache-2.0
// A clock that moves only when a test sets it, for endorsers and ledger, with or without jest.

const START = Date.UTC(2026, 0, 5, 12);

/** While it is installed, `Date.now` answers its time: that is what the chaincode's clock guard compares with. */
export class StoppedClock {
  readonly #dateNow = Date.now;
  #milliseconds = START;

  /** What a ledger in memory stamps on proposals. */
  readonly now = (): Date => new Date(this.#milliseconds);

  install(): this {
    Date.now = () => this.#milliseconds;
    return this;
  }

  restore(): void {
    Date.now = this.#dateNow;
  }

  /** Whole seconds since 1970, as the chaincode counts. */
  get seconds(): number {
    return Math.floor(this.#milliseconds / 1000);
  }

  pass(seconds: number): void {
    this.#milliseconds += seconds * 1000;
  }

  /** Goes back to when a fork's ledger was left. */
  set(seconds: number): void {
    this.#milliseconds = seconds * 1000;
  }
}
