// SPDX-License-Identifier: Apache-2.0
// Counts receipts by unit as the ledger announces them: what really was written, by whomever.
import { UNITS, type UnitId } from '@fabric-offline-pay/domain';
import type { Connection } from '@fabric-offline-pay/sdk';
import { waitUntil } from '../system/wait-until';

const DEADLINE_MS = 30_000;

export class UnitCounter {
  readonly #counts = new Map<UnitId, number>();
  readonly #stop = new AbortController();
  readonly #counting: Promise<void>;
  readonly #seen = new Set<string>();

  /** Begins with the next block. */
  static async begin(connection: Connection): Promise<UnitCounter> {
    return new UnitCounter(connection, await connection.height());
  }

  private constructor(connection: Connection, fromBlock: bigint) {
    this.#counting = this.#count(connection, fromBlock);
  }

  /** Waits for the announcement of the last transaction, so that everything before it is counted, and stops. */
  async end(transactionId: string): Promise<Record<string, number>> {
    try {
      await waitUntil('the last event', () => (this.#seen.has(transactionId) ? true : undefined), {
        deadlineMs: DEADLINE_MS,
      });
    } finally {
      this.#stop.abort();
      await this.#counting;
    }
    const units = (Object.keys(UNITS) as UnitId[]).filter((unit) => this.#counts.has(unit));
    return Object.fromEntries(units.map((unit) => [unit, this.#counts.get(unit) ?? 0]));
  }

  async #count(connection: Connection, fromBlock: bigint): Promise<void> {
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
