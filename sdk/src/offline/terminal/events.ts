// SPDX-License-Identifier: Apache-2.0
// Live events of a terminal. Nothing depends on an event being read: the store holds everything that counts.
import type { ErrorCode, LedgerVerdict } from '@fabric-offline-pay/domain';
import type { AcceptedPayment } from './records.js';
import type { StuckBatch, UnprovenFraud } from './stuck.js';

/** Something that happened at a terminal. */
export type TerminalEvent =
  /** The payment was accepted and stored. Hand over the goods; the money is settled later. */
  | { readonly kind: 'accepted'; readonly payment: AcceptedPayment }
  /** The payment was not accepted. */
  | { readonly kind: 'rejected'; readonly orderNumber: string; readonly code: ErrorCode }
  /** The ledger has credited the merchant. */
  | { readonly kind: 'settled'; readonly payment: AcceptedPayment }
  /** The ledger does not pay. The verdict says why. */
  | { readonly kind: 'refused'; readonly payment: AcceptedPayment; readonly verdict: LedgerVerdict }
  /** The ledger does not take these payments, or they cannot be read. They wait, and somebody must look at them. */
  | { readonly kind: 'stuck'; readonly batch: StuckBatch }
  /** The proof of a double spend cannot be made, or the ledger does not take it. It waits. */
  | { readonly kind: 'unproven'; readonly fraud: UnprovenFraud }
  /** A device spent the same money twice, and the terminal has the proof. */
  | { readonly kind: 'doubleSpend'; readonly orderNumber: string; readonly voucherDigest: string }
  /** The terminal does not trust an issuer or a bulletin that it fetched. The code says why. Everything else continues. */
  | { readonly kind: 'newsRefused'; readonly bankId: string; readonly code: string }
  /** The ledger was reached, and everything was tried. */
  | {
      readonly kind: 'synchronised';
      readonly settled: number;
      readonly refused: number;
      /** How many payments the ledger does not take, or cannot be read. */
      readonly stuck: number;
    }
  /** The synchronisation failed. It tries again after this many milliseconds. */
  | { readonly kind: 'syncFailed'; readonly error: Error; readonly retryMs: number };

interface Reader {
  readonly queue: TerminalEvent[];
  wake: () => void;
}

/** Gives every reader all events from the moment when it began to read. */
export class TerminalEvents {
  readonly #readers = new Set<Reader>();
  #closed = false;

  emit(event: TerminalEvent): void {
    for (const reader of this.#readers) {
      reader.queue.push(event);
      reader.wake();
    }
  }

  /** Ends every iteration once its reader has read the queued events. */
  close(): void {
    this.#closed = true;
    for (const reader of this.#readers) reader.wake();
  }

  /** @param signal ends the iteration at once, without an error */
  read(signal?: AbortSignal): AsyncIterable<TerminalEvent> {
    const reader: Reader = { queue: [], wake: () => undefined };
    this.#readers.add(reader);
    return { [Symbol.asyncIterator]: () => this.#items(reader, signal) };
  }

  async *#items(reader: Reader, signal: AbortSignal | undefined): AsyncGenerator<TerminalEvent> {
    const wake = (): void => reader.wake();
    signal?.addEventListener('abort', wake);
    try {
      while (signal?.aborted !== true) {
        const next = reader.queue.shift();
        if (next !== undefined) yield next;
        else if (this.#closed) return;
        else await new Promise<void>((resolve) => (reader.wake = resolve));
      }
    } finally {
      signal?.removeEventListener('abort', wake);
      this.#readers.delete(reader);
    }
  }
}
