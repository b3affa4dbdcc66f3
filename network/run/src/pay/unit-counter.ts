// SPDX-License-Identifier: Apache-2.0
// Counts receipts by unit from the ledger's events: everything that was written, by any client.
import { UNITS, type UnitId } from '@fabric-offline-pay/domain';
import { waitUntil } from '@fabric-offline-pay/node-common';
import type { Connection } from '@fabric-offline-pay/sdk';

const DEADLINE_MS = 30_000;

type Counted = Pick<Connection, 'events' | 'height'>;

/** Receipts by unit; `failure` is undefined when all of them were counted. */
export interface UnitCounts {
  readonly counts: Readonly<Record<string, number>>;
  readonly failure: unknown;
}

export class UnitCounter {
  readonly #counts = new Map<UnitId, number>();
  readonly #stop = new AbortController();
  readonly #counting: Promise<unknown>;
  readonly #seen = new Set<string>();

  /** Starts with the next block. */
  static async begin(connection: Counted): Promise<UnitCounter> {
    return new UnitCounter(connection, await connection.height());
  }

  private constructor(connection: Counted, fromBlock: bigint) {
    // An error of the stream is reported at the end, because nobody waits for it earlier.
    this.#counting = this.#count(connection, fromBlock).catch((error: unknown) => error);
  }

  /**
   * Waits for the event of the last transaction, if known, so that everything before it is counted, and stops.
   * @returns the counts, and why some may be missing.
   */
  async end(transactionId: string | undefined): Promise<UnitCounts> {
    const late = await this.#arrived(transactionId).catch((error: unknown) => error);
    this.#stop.abort();
    const broken = await this.#counting;
    const units = (Object.keys(UNITS) as UnitId[]).filter((unit) => this.#counts.has(unit));
    const counts = Object.fromEntries(units.map((unit) => [unit, this.#counts.get(unit) ?? 0]));
    return { counts, failure: broken ?? late };
  }

  async #arrived(transactionId: string | undefined): Promise<undefined> {
    if (transactionId === undefined) return;
    const seen = () => (this.#seen.has(transactionId) ? true : undefined);
    await waitUntil('the last event', seen, { deadlineMs: DEADLINE_MS });
  }

  async #count(connection: Counted, fromBlock: bigint): Promise<undefined> {
    try {
      for await (const event of connection.events({ fromBlock, signal: this.#stop.signal })) {
        for (const unit of event.payload.units)
          this.#counts.set(unit, (this.#counts.get(unit) ?? 0) + 1);
        this.#seen.add(event.transactionId);
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    }
  }
}
