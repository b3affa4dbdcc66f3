// SPDX-License-Identifier: Apache-2.0
// Tables of the orders that this company carries and of its quotes. All of it stands on the ledger.
import type { OrderRow, OrderState } from '@fabric-offline-pay/domain';
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';
import { createTable } from './columns.js';

/** An order whose terms name this company. */
export interface WaybillTable {
  merchant_id: string;
  order_number: string;
  /** The company's own number, from its statement. */
  waybill: string | null;
  courier_id: string;
  currency: string;
  fee: string;
  /** Pseudonymous; the address itself is private data. */
  address_ref: string;
  /** Salted digest of all addresses that were offered. */
  addresses_digest: string;
  placed_at: number;
  state: OrderState;
  delivery: OrderRow['delivery'];
  /** When so much was captured that the fee is certain. The goods may be picked up from then on. */
  fee_captured_at: number | null;
  /** The part of the fee that was credited to the company. */
  fee_released: string;
  /** Until then the money may be captured. Null before it is held. */
  hold_expires_at: number | null;
  /** After this instant the customer may get the money back. */
  deliver_by: number | null;
  picked_up_at: number | null;
  /** As the courier reported it, also without proof. */
  delivered_at: number | null;
  /** When the order was voided, expired, or refunded with nothing left to wait for the delivery. */
  ended_at: number | null;
  /** When the private address was purged by `logistics:purgeAddresses`. */
  purged_at: number | null;
}

export interface WaybillLineTable {
  merchant_id: string;
  order_number: string;
  line: number;
  gtin: string;
  quantity: number;
}

/** `lost`: the customer signed terms with another company. */
export type QuoteOutcome = 'open' | 'won' | 'lost';

/** A quote of this company. */
export interface QuoteTable {
  merchant_id: string;
  order_number: string;
  goods_total: string;
  quoted_at: number;
  expires_at: number;
  waybill: string | null;
  outcome: QuoteOutcome;
  decided_at: number | null;
  /** The courier that the customer chose; null unless won. */
  courier_id: string | null;
}

/** One courier's price in a quote, for one of the addresses offered. */
export interface QuoteOfferTable {
  merchant_id: string;
  order_number: string;
  address_ref: string;
  courier_id: string;
  fee: string;
  /** 1 for the best. */
  rank: number;
}

export interface WaybillTables {
  waybills: WaybillTable;
  waybill_lines: WaybillLineTable;
  quotes: QuoteTable;
  quote_offers: QuoteOfferTable;
}

const ORDER = { merchant_id: 'id', order_number: 'id' } as const;
const KEY = ['merchant_id', 'order_number'];

const WAYBILL = {
  ...ORDER,
  waybill: 'id?',
  courier_id: 'id',
  currency: 'id',
  fee: 'amount',
  address_ref: 'id',
  addresses_digest: 'id',
  placed_at: 'instant',
  state: 'id',
  delivery: 'id',
  fee_captured_at: 'instant?',
  fee_released: 'amount',
  hold_expires_at: 'instant?',
  deliver_by: 'instant?',
  picked_up_at: 'instant?',
  delivered_at: 'instant?',
  ended_at: 'instant?',
  purged_at: 'instant?',
} as const;

const QUOTE = {
  ...ORDER,
  goods_total: 'amount',
  quoted_at: 'instant',
  expires_at: 'instant',
  waybill: 'id?',
  outcome: 'id',
  decided_at: 'instant?',
  courier_id: 'id?',
} as const;

const LINE = { ...ORDER, line: 'count', gtin: 'id', quantity: 'count' } as const;

const OFFER = {
  ...ORDER,
  address_ref: 'id',
  courier_id: 'id',
  fee: 'amount',
  rank: 'count',
} as const;

export const WAYBILL_MIGRATIONS: Migrations = {
  '0002-waybills': {
    async up(db: Kysely<unknown>) {
      await createTable(db, 'waybills', WAYBILL, KEY);
      await createTable(db, 'waybill_lines', LINE, [...KEY, 'line']);
      await createTable(db, 'quotes', QUOTE, KEY);
      await createTable(db, 'quote_offers', OFFER, [...KEY, 'address_ref', 'courier_id']);
      await db.schema
        .createIndex('waybills_by_courier')
        .on('waybills')
        .columns(['courier_id', 'delivery'])
        .execute();
      await db.schema
        .createIndex('quotes_by_time')
        .on('quotes')
        .columns(['quoted_at', 'merchant_id', 'order_number'])
        .execute();
    },
  },
};
