// SPDX-License-Identifier: Apache-2.0
// Keeps signed envelopes from before they are sent until their outcome is known.

/** An envelope that was sent, or was about to be sent. */
export interface JournalEntry {
  readonly transactionId: string;
  /** The signed envelope. */
  readonly envelope: Uint8Array;
}

/** A port. How much a recorded envelope survives depends on the implementation: memory, a file, a database. */
export interface Journal {
  /** Keeps a signed envelope before it is sent. It is durable when the promise resolves. */
  record(transactionId: string, envelope: Uint8Array): Promise<void>;
  /** Removes an envelope whose outcome is known. Does nothing when there is none. */
  settle(transactionId: string): Promise<void>;
  /** @returns the envelopes whose outcome is not known, for `connection.recover`. */
  pending(): Promise<readonly JournalEntry[]>;
}
