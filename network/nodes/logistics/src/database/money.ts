// SPDX-License-Identifier: Apache-2.0
// Tables of money: what the ledger credited to the company and paid out, and what the company owes its couriers.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';
import { createTable } from './columns.js';

/** A fee that the ledger credited to the company. */
export interface CreditTable {
  currency: string;
  /** The ledger's key of the entry. */
  credit_id: string;
  at: number;
  amount: string;
  /** `merchant~order`, as the ledger names it. */
  reference: string;
  /** In the rolled-up balance. Only that can be paid out. */
  rolled_up: boolean;
}

/** The company's rolled-up balance. Sums of any length. */
export interface BalanceTable {
  currency: string;
  balance: string;
  withheld: string;
}

/** A payout as the ledger has it. */
export interface PayoutTable {
  currency: string;
  payout_id: string;
  amount: string;
  asked_at: number;
  /** When the bank paid it. */
  redeemed_at: number | null;
}

/** A payout that shall be requested. Written before the ledger is asked, so that a repetition asks for the same. */
export interface PayoutRequestTable {
  currency: string;
  payout_id: string;
  amount: string;
  /** Name from the certificate, or `clock`. */
  asked_by: string;
  asked_at: number;
  /** The code with which the ledger refused it. */
  refusal: string | null;
}

/** `earned`: a part of a fee. `paid`: handed to payroll. */
export type EntryKind = 'earned' | 'paid';

/**
 * Money between two accounts of the company's books. Accounts: `fees` (credited by the ledger), `company` (what it keeps),
 * `courier/ID` (what it owes), `payroll` (what it handed over). Each row is both sides, so that the books always balance.
 */
export interface CourierEntryTable {
  /** Natural: the fee of an order, or a courier's payment of a day. */
  entry_id: string;
  kind: EntryKind;
  debit: string;
  credit: string;
  courier_id: string;
  currency: string;
  amount: string;
  day: string;
  at: number;
  merchant_id: string | null;
  order_number: string | null;
}

/** How much of a fee a courier gets. */
export interface CourierShareTable {
  courier_id: string;
  valid_from: number;
  /** Of 10,000. */
  basis_points: number;
  set_by: string;
}

export interface MoneyTables {
  credits: CreditTable;
  balances: BalanceTable;
  payouts: PayoutTable;
  payout_requests: PayoutRequestTable;
  courier_entries: CourierEntryTable;
  courier_shares: CourierShareTable;
}

const CREDIT = {
  currency: 'id',
  credit_id: 'text',
  at: 'instant',
  amount: 'amount',
  reference: 'text',
  rolled_up: 'flag',
} as const;

const PAYOUT = {
  currency: 'id',
  payout_id: 'id',
  amount: 'amount',
  asked_at: 'instant',
  redeemed_at: 'instant?',
} as const;

const REQUEST = {
  currency: 'id',
  payout_id: 'id',
  amount: 'amount',
  asked_by: 'text',
  asked_at: 'instant',
  refusal: 'id?',
} as const;

const ENTRY = {
  entry_id: 'text',
  kind: 'id',
  debit: 'text',
  credit: 'text',
  courier_id: 'id',
  currency: 'id',
  amount: 'amount',
  day: 'id',
  at: 'instant',
  merchant_id: 'id?',
  order_number: 'id?',
} as const;

const SHARE = {
  courier_id: 'id',
  valid_from: 'instant',
  basis_points: 'count',
  set_by: 'text',
} as const;

export const MONEY_MIGRATIONS: Migrations = {
  '0006-money': {
    async up(db: Kysely<unknown>) {
      await createTable(db, 'credits', CREDIT, ['currency', 'credit_id']);
      const balance = { currency: 'id', balance: 'text', withheld: 'text' } as const;
      await createTable(db, 'balances', balance, ['currency']);
      await createTable(db, 'payouts', PAYOUT, ['currency', 'payout_id']);
      await createTable(db, 'payout_requests', REQUEST, ['currency', 'payout_id']);
      await createTable(db, 'courier_entries', ENTRY, ['entry_id']);
      await createTable(db, 'courier_shares', SHARE, ['courier_id', 'valid_from']);
      await db.schema
        .createIndex('entries_by_courier')
        .on('courier_entries')
        .columns(['courier_id', 'currency', 'day'])
        .execute();
    },
  },
};
