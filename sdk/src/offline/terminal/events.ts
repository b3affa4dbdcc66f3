// SPDX-License-Identifier: Apache-2.0
// What happened at a terminal, as it happens. Nothing hangs on an event being heard: the store holds all that counts.
import type { ErrorCode, LedgerVerdict } from '@fabric-offline-pay/domain';
import type { AcceptedPayment } from './records.js';
import type { StuckBatch, UnprovenFraud } from './stuck.js';

/** What happens at a terminal. */
export type TerminalEvent =
  /** Paid, and kept: hand out the goods. Settled later. */
  | { readonly kind: 'accepted'; readonly payment: AcceptedPayment }
  /** Not paid. */
  | { readonly kind: 'rejected'; readonly orderNumber: string; readonly code: ErrorCode }
  /** The merchant's credit stands on the ledger. */
  | { readonly kind: 'settled'; readonly payment: AcceptedPayment }
  /** The ledger does not pay; the verdict says why. */
  | { readonly kind: 'refused'; readonly payment: AcceptedPayment; readonly verdict: LedgerVerdict }
  /** The ledger does not take these payments, or they cannot be read: they wait, and somebody must look. */
  | { readonly kind: 'stuck'; readonly batch: StuckBatch }
  /** The proof of a double spend cannot be made, or is not taken: it waits. */
  | { readonly kind: 'unproven'; readonly fraud: UnprovenFraud }
  /** A device spent twice, and the terminal has the proof. */
  | { readonly kind: 'doubleSpend'; readonly orderNumber: string; readonly voucherDigest: string }
  /** What was fetched of a bank is not believed: an issuer, or a bulletin. All else goes on; the code says why. */
  | { readonly kind: 'newsRefused'; readonly bankId: string; readonly code: string }
  /** The ledger was reached, and everything was tried. */
  | {
      readonly kind: 'synchronised';
      readonly settled: number;
      readonly refused: number;
      /** Payments that the ledger does not take, or that cannot be read. */
      readonly stuck: number;
    }
  /** It did not, and tries again. */
  | { readonly kind: 'syncFailed'; readonly error: Error; readonly retryMs: number };

interface Reader {
  readonly queue: TerminalEvent[];
  wake: () => void;
}

/** Gives every reader every event from when it began to read. */
export class TerminalEvents {
  readonly #readers = new Set<Reader>();
  #closed = false;

  emit(event: TerminalEvent): void {
    for (const reader of this.#readers) {
      reader.queue.push(event);
      reader.wake();
    }
  }

  /** Ends every iteration once its reader has read what is queued. */
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
