// SPDX-License-Identifier: Apache-2.0
// What the bank's node keeps of its customers' money on the ledger. Blocks alone make these tables, so a rebuild makes them anew.
// Instants are milliseconds since 1970, amounts minor units as text.

/** Why money moved. */
export type EntryKind =
  | 'issue'
  | 'withdraw'
  | 'hold'
  | 'capture'
  | 'returned'
  | 'refund'
  | 'undelivered'
  | 'reserveFunded'
  | 'reserveReturned'
  | 'offlinePayment'
  | 'offlineRefund'
  | 'recovered'
  | 'owedByPayee'
  | 'paidByPayee'
  | 'other';

/** A customer of this bank that has an account on the ledger. */
export interface AccountOwnerTable {
  customer_id: string;
  opened_at: number;
}

/**
 * The money of a customer in one currency, and where it is: on the account, held for orders and not yet captured, in the reserves of
 * devices. `booked` is the sum of the three.
 */
export interface AccountTotalTable {
  customer_id: string;
  currency: string;
  booked: string;
  available: string;
  held: string;
  reserved: string;
  /** Of the last entry. */
  booked_at: number;
}

/** One movement. `amount` changes what the customer has, `moved` what it may spend online; both are signed. */
export interface AccountEntryTable {
  customer_id: string;
  currency: string;
  /** When the ledger took the transaction, never before an earlier entry of the account: so a period is one stretch of blocks. */
  booked_at: number;
  block: number;
  /** The transaction's place in its block, and the entry's in its transaction. */
  place: number;
  part: number;
  transaction_id: string;
  kind: EntryKind;
  merchant_id: string | null;
  order_number: string | null;
  /** The ledger's own key of the movement within its kind, such as a capture's id, or device and epoch. */
  reference: string | null;
  amount: string;
  moved: string;
  /** `booked` and `available` after it. */
  balance: string;
  available: string;
}

/** An order's money, as it was seen last. */
export interface AccountOrderTable {
  merchant_id: string;
  order_number: string;
  customer_id: string;
  currency: string;
  authorised: string;
  captured: string;
  voided: string;
  refunded: string;
  /** JSON: ids of captures and refunds that have entries. */
  captures: string;
  refunds: string;
  /** Whether something can still be captured. */
  is_open: boolean;
  placed_at: number;
  expires_at: number;
}

/** Money set aside for a device and epoch. */
export interface AccountReserveTable {
  customer_id: string;
  device_id: string;
  epoch: number;
  currency: string;
  funded: string;
  settled: string;
  returned: string;
  per_payment: string;
  status: string;
  spend_until: number;
  claim_until: number;
}

export interface AccountDeviceTable {
  customer_id: string;
  device_id: string;
  status: string;
  registered_at: number;
}

/** What came back of one voucher's payment. */
export interface AccountRefundTable {
  /** The ledger's key of the voucher. */
  voucher: string;
  customer_id: string;
  refunded: string;
}

/** What a payee still owes a customer from a decision. */
export interface AccountDebtTable {
  merchant_id: string;
  currency: string;
  order_number: string;
  customer_id: string;
  amount: string;
}

export interface StatementTables {
  account_owners: AccountOwnerTable;
  account_totals: AccountTotalTable;
  account_entries: AccountEntryTable;
  account_orders: AccountOrderTable;
  account_reserves: AccountReserveTable;
  account_devices: AccountDeviceTable;
  account_refunds: AccountRefundTable;
  account_debts: AccountDebtTable;
}
