// SPDX-License-Identifier: Apache-2.0
// The tables of pay-outs: what payees asked for and what became of it, and what the ledger says of payees' money.
import type { Generated } from 'kysely';

// Instants are milliseconds since 1970, amounts minor units as text.

/** Merchants and logistics companies of the channel, with the bank that pays them. */
export interface PayeeTable {
  payee_id: string;
  bank_id: string;
}

/** Where a payee's ordinary money goes, as a teller linked it. */
export interface PayeeAccountTable {
  payee_id: string;
  currency: string;
  /** Of the account at the host. */
  token: string;
}

/**
 * `requested`: the ledger has the request. `refused`: the ledger does not redeem it now; it is tried again. `redeemed`: the currency has
 * vanished. `paid`: the host has paid ordinary money.
 */
export type PayOutState = 'requested' | 'refused' | 'redeemed' | 'paid';

/** What a payee asked for on the ledger, and how far it is. */
export interface PayOutTable {
  /** In the order of the requests. */
  number: Generated<number>;
  payee_id: string;
  currency: string;
  redeem_id: string;
  amount: string;
  state: PayOutState;
  /** Why it does not go on: `NO_ACCOUNT`, a refusal of the ledger or one of the host. */
  reason: string | null;
  /** Code of the failure that it waits for to pass, and since when; null while all goes well. */
  trouble: string | null;
  troubled_at: number | null;
  /** Key of the request at the host. A new one after a refusal, since a refusal under a key is final. */
  host_key: string;
  /** How many requests the host has got or will get, from 1. */
  attempt: number;
  /** Token of this attempt. It is written before the host is asked, so that a repetition asks for the same. */
  account: string | null;
  /** What the host calls it. */
  reference: string | null;
  requested_at: number;
  paid_at: number | null;
}

/** A payee's checkpoint as the ledger had it last, and where the next pay-out's transactions begin. */
export interface PayeeBalanceTable {
  payee_id: string;
  currency: string;
  balance: string;
  /** JSON of the debts. */
  debts: string;
  /** The balance after the last pay-out. */
  opening: string;
  /** Number of the last entry. */
  entries: number;
  /** Number of the last entry before the last pay-out. */
  paid_to: number;
}

/** A credit entry that waits for a roll-up. */
export interface OpenCreditTable {
  credit_key: string;
  payee_id: string;
  currency: string;
  about: string;
  amount: string;
  /** Block of the credit. */
  credited_in: number;
}

/** `credit`: for an order or a batch. `debt`: paid to a customer by a roll-up. `other`: of a transaction that this version does not know. */
export type PayeeEntryKind = 'credit' | 'refund' | 'dispute' | 'debt' | 'other';

/** What changed a payee's balance, beside its pay-outs. */
export interface PayeeEntryTable {
  payee_id: string;
  currency: string;
  /** 1, 2, … of this payee and currency. */
  number: number;
  kind: PayeeEntryKind;
  /** The subject on the ledger: `order/merchant/number`, `batch/merchant/id`, … */
  about: string;
  /** Signed. */
  amount: string;
  /** Block in which a credit was made; null for the other kinds. */
  credited_in: number | null;
  /** Block in which it changed the balance. */
  counted_in: number;
  transaction_id: string;
}

/** A redemption: the entries since the one before it, and the balances around them. */
export interface PayeeRedemptionTable {
  payee_id: string;
  currency: string;
  redeem_id: string;
  amount: string;
  opening: string;
  first_entry: number;
  last_entry: number;
  closing: string;
  redeemed_in: number;
  transaction_id: string;
}

export interface PayOutTables {
  payees: PayeeTable;
  payee_accounts: PayeeAccountTable;
  pay_outs: PayOutTable;
  payee_balances: PayeeBalanceTable;
  open_credits: OpenCreditTable;
  payee_entries: PayeeEntryTable;
  payee_redemptions: PayeeRedemptionTable;
}
