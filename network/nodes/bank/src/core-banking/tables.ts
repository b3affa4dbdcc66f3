// SPDX-License-Identifier: Apache-2.0
// The tables of requests to hosts, and of the book. Instants are milliseconds since 1970, amounts minor units as text.
import type { Generated, Kysely } from 'kysely';
import type { MovementKind, RefusalCode } from './core-banking.js';

/**
 * `asked`: nothing was sent that could have an effect. `sent`: it may have gone out. `undoing`: its answer got lost, and the host is told to
 * undo it. The last two are final.
 */
export type RequestState = 'asked' | 'sent' | 'undoing' | 'done' | 'refused';

/** A request by its natural key: whatever must be the same when it is repeated after a crash. */
export interface HostRequestTable {
  request_key: string;
  kind: MovementKind;
  /** Of the content with which it was asked for first. */
  digest: string;
  /** Who carries it out, also when the configuration has changed meanwhile. */
  adapter: string;
  token: string;
  currency: string;
  amount: string;
  /** Key of the authorisation that it belongs to. */
  authorisation: string | null;
  state: RequestState;
  /** How often it was sent anew, after the one before was undone. */
  attempt: number;
  /** ISO 8583, field 11, of this attempt. */
  stan: string | null;
  /** Field 11 of the reversal of this attempt. */
  undo_stan: string | null;
  /** Field 37, of this attempt. */
  rrn: string | null;
  /** Field 38 of the answer. */
  approval: string | null;
  /** When this attempt was sent first. */
  sent_at: number | null;
  /** What the host calls it. */
  reference: string | null;
  refusal: RefusalCode | null;
  asked_at: number;
  ended_at: number | null;
}

/**
 * `account`: a customer's or payee's at this bank. `elsewhere`: accounts at another host, all together. `reserved`: authorised and not
 * completed. `settlement`: completed. `payouts`: paid to payees, below zero. `opening`: where the first balances come from, below zero.
 */
export type AccountPurpose =
  'account' | 'elsewhere' | 'reserved' | 'settlement' | 'payouts' | 'opening';

export interface BookAccountTable {
  /** `purpose/owner/currency`. */
  account_id: string;
  purpose: AccountPurpose;
  /** A token, or the adapter to whose requests it belongs. */
  owner: string;
  currency: string;
  /** Kept by the database from the postings. */
  balance: Generated<string>;
  blocked: Generated<boolean>;
}

export type EntryKind = MovementKind | 'open';

/** What happened, once: its key is that of the request. */
export interface BookEntryTable {
  entry_key: string;
  kind: EntryKind;
  adapter: string;
  token: string;
  currency: string;
  reference: string;
  /** UTC, `2026-11-29`. */
  day: string;
  booked_at: number;
}

export interface BookPostingTable {
  entry_key: string;
  line: number;
  account_id: string;
  /** Signed: into the account when positive. Those of an entry add to 0. */
  amount: string;
}

export interface CoreBankingTables {
  host_requests: HostRequestTable;
  book_accounts: BookAccountTable;
  book_entries: BookEntryTable;
  book_postings: BookPostingTable;
}

/** The bank's database, or a transaction on it. */
export type CoreBankingDatabase = Kysely<CoreBankingTables>;
