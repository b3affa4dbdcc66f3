// SPDX-License-Identifier: Apache-2.0
// The tables of the daily reconciliation: the ledger's side of it, and its results.
import type { SupplyKind } from '@fabric-offline-pay/domain';
import type { Generated } from 'kysely';
import type { MoveKind } from './funding-tables.js';

// Instants are milliseconds since 1970, amounts minor units as text. Days are of UTC, `2026-11-29`.

/**
 * Who made or took back the money. `node`: this node, so that the book must have it. `counter`: a teller, over the counter. `bank`: the
 * bank itself bears it, or gets it back.
 */
export type SupplyOrigin = 'node' | 'counter' | 'bank';

/** Money that this bank made or took back on the ledger. */
export interface SupplyTable {
  kind: SupplyKind;
  currency: string;
  supply_id: string;
  origin: SupplyOrigin;
  /** The customer or payee that got or lost it. */
  account: string;
  amount: string;
  /** Of the proposal. */
  at: number;
  day: string;
  block: number;
  transaction_id: string;
}

/**
 * Under which id a deduction or a part of it stands on the ledger: ids there are digests of the book's keys. What goes back in two parts, since
 * the host can do it in no other way, left the ledger under the id of the first.
 */
export interface FundingIdTable {
  book_key: string;
  merchant_id: string;
  order_number: string;
  leg: number;
  /** Null for the deduction itself. */
  move_kind: MoveKind | null;
  /** 0 for the deduction itself. */
  number: number;
  supply_kind: SupplyKind;
  supply_id: string;
}

/** The result of one day. */
export interface ReconciliationTable {
  day: string;
  made_at: number;
  /** How many of each pair, also those that the report does not name any more. */
  ledger_book: number;
  book_host: number;
  /** Whether it is to be compared again: a later statement, or an end of what is under way, may say more. */
  waits: Generated<boolean>;
  /** Hosts without a statement, by their adapters, joined by commas. */
  missing: Generated<string>;
  /** The last block that was read for it: clocks aside, these are in the order in which reports were made. */
  block: Generated<number>;
  /** Whether a clock that was ahead made it: it counts as not made. */
  doubted: Generated<boolean>;
  /** JSON of the report. */
  report: string;
}

/** What was compared with one host of a day. Reports of earlier versions have none. */
export interface ReconciledHostTable {
  day: string;
  /** By its adapter. */
  host: string;
  /** JSON of the part. */
  part: string;
  /** When the host was asked: a part may stand for longer than its report. */
  said_at: number;
  /** Whether a clock that was ahead made it. */
  doubted: Generated<boolean>;
}

export interface ReconciliationTables {
  supplies: SupplyTable;
  funding_ids: FundingIdTable;
  reconciliations: ReconciliationTable;
  reconciled_hosts: ReconciledHostTable;
}
