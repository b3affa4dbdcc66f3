// SPDX-License-Identifier: Apache-2.0
// Tables that hold nothing but what blocks say. Times are seconds since 1970, of the ledger. Money is minor units in decimal strings.
import type { PositionTables } from '@fabric-offline-pay/node-common/node';
import type { OrderRow, OrderState } from '@fabric-offline-pay/domain';

/** Every merchant of the ledger, since a licence may move from one organisation to another. */
export interface FollowedMerchantTable {
  merchant_id: string;
  msp_id: string;
  bank_id: string;
  active: boolean;
}

export interface FollowedOrderTable {
  merchant_id: string;
  order_number: string;
  state: OrderState;
  verification: OrderRow['verification'];
  delivery: OrderRow['delivery'];
  /** Null while no money is held. */
  currency: string | null;
  /** What the customer signed; null before. */
  total: string | null;
  /** JSON: gtin, quantity and unit price of each line. */
  lines: string;
  /** What could still be claimed: held and neither captured nor returned. */
  uncaptured: string;
  /** Until when it could be. */
  expires_at: number | null;
  dispute_id: string | null;
  /** JSON of the order as queries of the ledger show it. */
  shown: string;
  first_at: number;
  changed_at: number;
  /** Of the last change. */
  block: number;
}

/** `undecided`: open. */
export type DisputeOutcome = 'undecided' | 'upheld' | 'rejected';

export interface FollowedDisputeTable {
  merchant_id: string;
  order_number: string;
  dispute_id: string;
  opened_at: number;
  withheld: string;
  outcome: DisputeOutcome;
  decided_at: number | null;
}

export interface PayeeBalanceTable {
  payee_id: string;
  currency: string;
  balance: string;
  /** Part of the balance that open disputes may take. */
  withheld: string;
  /** Sum of debts to customers. */
  owed: string;
}

export interface PayeeCreditTable {
  payee_id: string;
  currency: string;
  /** The entry's time and id, as in its key on the ledger. */
  credit_key: string;
  amount: string;
  /** Order number, or the id of a batch of offline payments. */
  reference: string;
  at: number;
  rolled_up: boolean;
}

/** Why a payee's money changed. */
export type MovementKind =
  'sale' | 'compensation' | 'refund' | 'dispute' | 'returned' | 'debt' | 'payout' | 'other';

export interface PayeeMovementTable {
  payee_id: string;
  currency: string;
  block: number;
  /** Place of the transaction in the block. */
  transaction_index: number;
  /** Place in the transaction. */
  ordinal: number;
  transaction_id: string;
  at: number;
  kind: MovementKind;
  /** Signed. */
  amount: string;
  /** Order number, batch, or payout. */
  reference: string | null;
  /** The payee's whole money after it: balance and open credits. */
  total_after: string;
}

export interface PayoutTable {
  payee_id: string;
  currency: string;
  redeem_id: string;
  amount: string;
  requested_at: number;
  paid_at: number | null;
}

export interface FollowedGoodsTable {
  merchant_id: string;
  gtin: string;
  category: string;
  price: string;
  currency: string;
  origin: string;
  certificate: string;
  weight_grams: number;
  latitude: number;
  longitude: number;
  withdrawn: boolean;
  /** What a basket names to show which registration the customer saw. */
  digest: string;
  changed_at: number;
}

export interface OfflineBatchTable {
  merchant_id: string;
  batch_id: string;
  currency: string;
  payments: number;
  amount: string;
  transaction_id: string;
  at: number;
}

export interface OfflinePaymentTable {
  merchant_id: string;
  order_number: string;
  batch_id: string;
  customer_id: string;
  device_id: string;
  epoch: number;
  counter: number;
  currency: string;
  amount: string;
  refunded: string;
  at: number;
}

/** What blocks alone say. */
export interface FollowedTables extends PositionTables {
  followed_merchants: FollowedMerchantTable;
  followed_orders: FollowedOrderTable;
  followed_disputes: FollowedDisputeTable;
  payee_balances: PayeeBalanceTable;
  payee_credits: PayeeCreditTable;
  payee_movements: PayeeMovementTable;
  payouts: PayoutTable;
  followed_goods: FollowedGoodsTable;
  offline_batches: OfflineBatchTable;
  offline_payments: OfflinePaymentTable;
}
