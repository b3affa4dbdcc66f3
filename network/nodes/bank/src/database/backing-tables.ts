// SPDX-License-Identifier: Apache-2.0
// The tables of statements of backing: whose money is on the ledger, and what the bank stated of it.
import type { Generated } from 'kysely';

// Instants are milliseconds since 1970, amounts minor units as text. Days are of UTC, `2026-11-29`.

/** The holder of some money: one of the two. */
interface HolderColumns {
  customer_id: string | null;
  payee_id: string | null;
}

/**
 * What one pocket on the ledger holds of one currency: an account, an order, a reserve, a credit entry or a checkpoint. Pockets of this
 * bank's customers, and of all payees, since a payee may come to this bank. Empty ones have no row. Blocks alone make it.
 */
export interface BackingPocketTable extends HolderColumns {
  pocket: string;
  currency: string;
  amount: string;
}

/** A signed statement, one a day. */
export interface BackingStatementTable {
  day: string;
  made_at: number;
  /** Whether a clock that was ahead made it: it is stated again when its day comes. */
  doubted: Generated<boolean>;
  /** Base64 of the COSE_Sign1. */
  statement: string;
  /** PEM of the certificate whose key signed it. */
  certificate: string;
  /** 32 bytes, hex: the blindings of its leaves follow from it. For auditors only. */
  seed: string;
  /** Currencies whose backing is less than their supply, joined by commas. */
  short: string;
}

/** What a statement's tree has of one holder. They are kept as long as the bank gives proofs. */
export interface BackingLeafTable extends HolderColumns {
  day: string;
  currency: string;
  amount: string;
}

/** A statement that an auditor has. */
export interface BackingHandoverTable {
  /** The address of its node. */
  auditor: string;
  day: string;
  /** Of the statement: one that a clock made too early is made again. */
  made_at: number;
  handed_at: number;
  /** What the auditor said. */
  result: string;
}

export interface BackingTables {
  backing_handovers: BackingHandoverTable;
  backing_pockets: BackingPocketTable;
  backing_statements: BackingStatementTable;
  backing_leaves: BackingLeafTable;
}
