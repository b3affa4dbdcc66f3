// SPDX-License-Identifier: Apache-2.0
// The default journal: survives lost connections, but not the end of the process.
import type { Journal } from './journal.js';

/** @returns an empty journal. */
export function memoryJournal(): Journal {
  const envelopes = new Map<string, Uint8Array>();
  return {
    record: (transactionId, envelope) => {
      envelopes.set(transactionId, envelope);
      return Promise.resolve();
    },
    settle: (transactionId) => {
      envelopes.delete(transactionId);
      return Promise.resolve();
    },
    pending: () =>
      Promise.resolve(
        [...envelopes].map(([transactionId, envelope]) => ({ transactionId, envelope })),
      ),
  };
}
