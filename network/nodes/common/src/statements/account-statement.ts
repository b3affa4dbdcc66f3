// SPDX-License-Identifier: Apache-2.0
// An account's statement as data, whoever keeps the account: what CSV, camt.053 and PDF are written from.

/** Signed minor units as a decimal string, such as `-5450`. */
export type SignedAmount = string;

/** Goods of an order, where they are known. */
export interface StatementLine {
  readonly gtin: string;
  /** As the shop named them. */
  readonly name: string | null;
  readonly quantity: number;
  /** Minor units. */
  readonly unitPrice: string;
}

export interface StatementEntry {
  /** Unique within the account. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly bookedAt: number;
  /** What kind of movement it is, in the words of whoever keeps the account. */
  readonly kind: string;
  readonly order: { readonly merchantId: string; readonly orderNumber: string } | null;
  /** The ledger's own key of the movement within its kind. */
  readonly reference: string | null;
  readonly transactionId: string;
  /** What it changed of all money of the account. Zero when money only went from one place of it to another. */
  readonly amount: SignedAmount;
  /** What it changed of the money that can be spent. */
  readonly moved: SignedAmount;
  /** After it. */
  readonly balance: Balances;
  readonly lines: readonly StatementLine[];
}

/** Signed minor units. */
export interface Balances {
  /** All money of the account, also what is held for orders and set aside for devices. */
  readonly booked: SignedAmount;
  /** What can be spent now. */
  readonly available: SignedAmount;
}

/** The last block that a statement knows. Whoever reads the ledger up to it gets the same statement. */
export interface LedgerHeight {
  /** -1 before the first block. */
  readonly block: number;
  /** Hex; empty before the first block. */
  readonly hash: string;
}

/** A period of an account in one currency: `from` belongs to it, `to` does not. Milliseconds since 1970. */
export interface StatementHead {
  /** A pseudonym: no name stands in a statement. */
  readonly ownerId: string;
  readonly currency: string;
  readonly from: number;
  readonly to: number;
  /** When the statement was made: documents name it, and no other time of their own. */
  readonly madeAt: number;
  readonly opening: Balances;
  readonly closing: Balances;
  readonly height: LedgerHeight;
}

/** Entries oldest first, read when they are written, so that no statement is too long. */
export interface AccountStatement {
  readonly head: StatementHead;
  readonly entries: AsyncIterable<StatementEntry>;
}
