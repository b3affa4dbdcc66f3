// SPDX-License-Identifier: Apache-2.0
// What a valid transaction did to the public rows of the chaincode: all that the second line reads.

/** One row before and after a transaction, as the blocks have it: bytes of JSON. Null: there is none. */
export interface RowChange {
  readonly key: string;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
}

/** The rows that one valid transaction changed. */
export interface ChangedRows {
  readonly block: number;
  /** Place in the block, from 0. */
  readonly index: number;
  readonly transactionId: string;
  /** Of the proposal: milliseconds since 1970. */
  readonly at: number;
  /** Each key once. */
  readonly changes: readonly RowChange[];
}
