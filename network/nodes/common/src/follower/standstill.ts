// SPDX-License-Identifier: Apache-2.0
// Tells a follower that stands still from one that catches up, by looking at it now and then.

/** So long may one step take; it is at most a hundred blocks. */
const STUCK_MS = 30_000;

export class Standstill {
  /** Where it was when there was more to read, and since when it is known to be there. */
  #behind: { readonly nextBlock: number; readonly since: number } | undefined;

  /**
   * @param nextBlock the first block that the tables do not have
   * @param height the number of blocks on the ledger
   * @param now milliseconds since any moment, the same for all calls; the machine's clock may be set in between
   * @returns whether blocks wait, and none was read for 30 s
   */
  look(nextBlock: number, height: bigint, now: number): boolean {
    if (BigInt(nextBlock) >= height) this.#behind = undefined;
    else if (this.#behind?.nextBlock !== nextBlock) this.#behind = { nextBlock, since: now };
    return this.#behind !== undefined && now - this.#behind.since >= STUCK_MS;
  }
}
