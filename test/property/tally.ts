// SPDX-License-Identifier: Apache-2.0
// Counts what the runs of a property met, so that a test can tell that it got anywhere.

export class Tally {
  readonly #counts = new Map<string, number>();

  count(label: string): void {
    this.#counts.set(label, this.of(label) + 1);
  }

  of(label: string): number {
    return this.#counts.get(label) ?? 0;
  }

  /** Labels in order, with how often each was met. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
