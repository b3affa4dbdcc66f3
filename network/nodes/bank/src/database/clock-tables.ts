// SPDX-License-Identifier: Apache-2.0
// The tables of what the clock makes due. They hold nothing but what blocks say, beside when something was tried.
import type { Generated } from 'kysely';

// Instants are milliseconds since 1970.

/** What the bank does when its time has come. Each is a transaction of the ledger, or several of one. */
export type DueKind =
  | 'expire'
  | 'release'
  | 'returnUndelivered'
  | 'lapseDispute'
  | 'bearDebt'
  | 'rollUp'
  | 'closeReserve';

/** The policy's time that something waits for. */
export type PolicySpan = 'unprovenSeconds' | 'decisionSeconds' | 'debtSeconds';

/** One thing that will be due. */
export interface DueThingTable {
  kind: DueKind;
  /** What it is about: parts of its natural key, joined by `/`. */
  key: string;
  /** The row of the ledger that it follows from. A change of the row replaces all that follow from it. */
  subject: string;
  /** The payee that it is about, or null. Payees of other banks are theirs to settle. */
  payee_id: string | null;
  since: number;
  /** What it waits for after `since`; null: it is due then. */
  waits: PolicySpan | null;
  /** When its time comes, by the ledger's rules alone. */
  due_at: number;
  /** How often it was tried since the row changed last. */
  tries: Generated<number>;
  /** When it was tried last, by this node's clock; null: not since the row or the policy changed. */
  tried_at: number | null;
}

/** Merchants and logistics companies that this bank pays. */
export interface OwnPayeeTable {
  payee_id: string;
}

/** How many credit entries of a payee are not rolled up. */
export interface CreditCountTable {
  payee_id: string;
  currency: string;
  entries: number;
}

/** The times of the policy that the ledger has now: one row. */
export interface ClockPolicyTable {
  /** Always 1. */
  id: number;
  /** JSON: seconds by {@link PolicySpan}. */
  spans: string;
}

export interface ClockTables {
  due_things: DueThingTable;
  own_payees: OwnPayeeTable;
  credit_counts: CreditCountTable;
  clock_policy: ClockPolicyTable;
}
