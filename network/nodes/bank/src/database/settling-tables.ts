// SPDX-License-Identifier: Apache-2.0
// The tables of settling: what the ledger says of orders that this bank may have to settle, and what was agreed with merchants.

/** An order of a customer of this bank, as far as settling is concerned. Holds nothing but what blocks say. */
export interface SettlingOrderTable {
  merchant_id: string;
  order_number: string;
  /** Whether the bank's node has a next step on it. */
  is_open: boolean;
  /** Whether its purchase is stored (unit 17). */
  is_stored: boolean;
}

/** Whether the bank claims a merchant's money by itself. Without a row it does. */
export interface ClaimAgreementTable {
  merchant_id: string;
  /** False: the merchant says when and how much is captured. */
  automatic: boolean;
}

export interface SettlingTables {
  settling_orders: SettlingOrderTable;
  claim_agreements: ClaimAgreementTable;
}
