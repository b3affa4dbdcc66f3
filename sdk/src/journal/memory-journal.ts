// SPDX-License-Identifier: Apache-2.0
// The default journal: survives lost connections, but not the end of the process.
import type { Journal } from './journal.js';

/** A journal that reads the envelope only when somebody asks for it, because it cannot outlive the transaction anyway. */
export interface MemoryJournal extends Journal {
  recordLater(transactionId: string, envelope: () => Uint8Array): void;
}

export const isInMemory = (journal: Journal): journal is MemoryJournal => 'recordLater' in journal;

/** @returns an empty journal. */
export function memoryJournal(): MemoryJournal {
  const envelopes = new Map<string, () => Uint8Array>();
  return {
    recordLater: (transactionId, envelope) => void envelopes.set(transactionId, envelope),
    record: (transactionId, envelope) => {
      envelopes.set(transactionId, () => envelope);
      return Promise.resolve();
    },
    settle: (transactionId) => {
      envelopes.delete(transactionId);
      return Promise.resolve();
    },
    pending: () =>
      Promise.resolve(
        [...envelopes].map(([transactionId, take]) => ({ transactionId, envelope: take() })),
      ),
  };
}
