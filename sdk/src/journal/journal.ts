// SPDX-License-Identifier: Apache-2.0
// Remembers signed envelopes from before they are sent until their outcome is known.

/** An envelope that was sent, or was about to be. */
export interface JournalEntry {
  readonly transactionId: string;
  /** The signed envelope. */
  readonly envelope: Uint8Array;
}

/** A port. When `record` returns, the envelope must survive whatever the caller wants to survive. */
export interface Journal {
  /** Keeps a signed envelope before it is sent; durable when it resolves. */
  record(transactionId: string, envelope: Uint8Array): Promise<void>;
  /** The outcome is known. Settling what is not there does nothing. */
  settle(transactionId: string): Promise<void>;
  /** Envelopes whose outcome is not known, for `connection.recover`. */
  pending(): Promise<readonly JournalEntry[]>;
}
