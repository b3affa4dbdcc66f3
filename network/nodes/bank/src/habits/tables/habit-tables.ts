// SPDX-License-Identifier: Apache-2.0
// What the bank's node keeps of purchase habits (unit 17). Instants are milliseconds since 1970. A good is named `merchant/gtin`.
// Weights are whole numbers as text; `weight.ts` says of what.

/** A purchase that counts, in the order of the ledger. */
export interface HabitPurchaseTable {
  merchant_id: string;
  order_number: string;
  customer_id: string;
  block: number;
  place: number;
  part: number;
  at: number;
  /** JSON: its goods, in order, each once. */
  goods: string;
}

/** What a customer buys. */
export interface HabitItemTable {
  customer_id: string;
  goods_id: string;
  times: number;
  last_at: number;
}

/** How much two goods are bought together; each pair stands here twice, once from each side. */
export interface HabitPairTable {
  goods_id: string;
  other_id: string;
  weight: string;
}

/** Goods as their merchant registered them, and how much they are bought. */
export interface HabitGoodsTable {
  goods_id: string;
  merchant_id: string;
  gtin: string;
  category: string;
  /** The first four digits of the category: its family. */
  family: string;
  currency: string;
  price: string;
  withdrawn: boolean;
  /** JSON of the published ratings. */
  rating: string;
  weight: string;
}

export interface HabitFleetTable {
  logistics_id: string;
  /** JSON of its couriers. */
  couriers: string;
}

/** The part of the channel's policy that recommendations obey: one row. */
export interface HabitRulesTable {
  id: number;
  /** JSON. */
  rules: string;
}

/** A customer's own decision. No block makes it, so no rebuild empties it. */
export interface HabitChoiceTable {
  customer_id: string;
  opted_out: boolean;
  /** Purchases of earlier blocks never count again. */
  from_block: number;
}

export interface HabitTables {
  habit_purchases: HabitPurchaseTable;
  habit_items: HabitItemTable;
  habit_pairs: HabitPairTable;
  habit_goods: HabitGoodsTable;
  habit_fleets: HabitFleetTable;
  habit_rules: HabitRulesTable;
  habit_choices: HabitChoiceTable;
}
