// SPDX-License-Identifier: Apache-2.0
// Which goods there are, who delivers where, and the rules for judging both: as the ledger's rows have them.
import type { FleetRow, GoodsRow, Policy } from '@fabric-offline-pay/domain';
import type { Transaction } from 'kysely';
import type { BankTables } from '../database/schema.js';

type Tables = Transaction<BankTables>;

/** The part of the policy that recommendations obey. */
export type HabitRules = Pick<Policy, 'ratings' | 'conduct' | 'addressZone'>;

export const RULES_ID = 1;

/** The name of goods in habits. */
export const goodsIdOf = (merchantId: string, gtin: string): string => `${merchantId}/${gtin}`;

export async function followPolicy(db: Tables, policy: Policy): Promise<void> {
  const { ratings, conduct, addressZone } = policy;
  const rules = JSON.stringify({ ratings, conduct, addressZone } satisfies HabitRules);
  await db
    .insertInto('habit_rules')
    .values({ id: RULES_ID, rules })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ rules }))
    .execute();
}

/** The category's segment and family. */
const FAMILY_DIGITS = 4;

export async function followGoods(db: Tables, row: GoodsRow): Promise<void> {
  const { merchantId, gtin, category, currency, price, withdrawn, rating } = row;
  const known = {
    category,
    family: category.slice(0, FAMILY_DIGITS),
    currency,
    price,
    withdrawn,
    rating: JSON.stringify(rating),
  };
  const goods_id = goodsIdOf(merchantId, gtin);
  await db
    .insertInto('habit_goods')
    .values({ goods_id, merchant_id: merchantId, gtin, weight: '0', ...known })
    .onConflict((conflict) => conflict.column('goods_id').doUpdateSet(known))
    .execute();
}

export async function followFleet(db: Tables, { logisticsId, couriers }: FleetRow): Promise<void> {
  const kept = { couriers: JSON.stringify(couriers) };
  await db
    .insertInto('habit_fleets')
    .values({ logistics_id: logisticsId, ...kept })
    .onConflict((conflict) => conflict.column('logistics_id').doUpdateSet(kept))
    .execute();
}
