// SPDX-License-Identifier: Apache-2.0
// Which goods a customer can really have: not withdrawn, not defective, and carried to one of its addresses. The same rules as in
// verification (unit 8) and quotes (unit 1104), by the rows of the same ledger.
import {
  isCategoryAllowed,
  isDefective,
  isTrusted,
  servesZone,
  zoneOf,
  type Aggregate,
  type Courier,
  type Place,
  type Standards,
} from '@fabric-offline-pay/domain';
import type { Selectable } from 'kysely';
import type { BankDatabase } from '../database/schema.js';
import { RULES_ID, type HabitRules } from './follow-catalogue.js';
import type { HabitGoodsTable } from './tables/habit-tables.js';

type Goods = Selectable<HabitGoodsTable>;

/** Whether a courier brings these goods to the customer, and whether they may be sold. */
export type IsOffered = (goods: Goods) => boolean;

async function readRules(db: BankDatabase): Promise<HabitRules | undefined> {
  const row = await db
    .selectFrom('habit_rules')
    .select('rules')
    .where('id', '=', RULES_ID)
    .executeTakeFirst();
  return row && (JSON.parse(row.rules) as HabitRules);
}

const addressesOf = (db: BankDatabase, customerId: string): Promise<Place[]> =>
  db
    .selectFrom('addresses')
    .select(['latitude', 'longitude'])
    .where('customer_id', '=', customerId)
    .execute();

async function readCouriers(db: BankDatabase): Promise<Courier[]> {
  const rows = await db.selectFrom('habit_fleets').select('couriers').execute();
  return rows.flatMap(({ couriers }) => JSON.parse(couriers) as Courier[]);
}

/** Couriers that come to one of the addresses, as quotes judge them (unit 1104). */
function couriersTo(
  couriers: readonly Courier[],
  addresses: readonly Place[],
  { addressZone }: HabitRules,
  standards: Standards,
): Courier[] {
  const zones = addresses.map((address) => zoneOf(addressZone, address));
  return couriers.filter(
    (courier) =>
      courier.active &&
      isTrusted(courier, standards) &&
      zones.some((zone) => servesZone(courier, zone)),
  );
}

/** The categories that are carried to the customer, by the currency in which that is paid. */
function carriedBy(couriers: readonly Courier[]): ReadonlyMap<string, readonly string[]> {
  const carried = new Map<string, string[]>();
  for (const { tariffs, categories } of couriers)
    for (const { currency } of tariffs)
      carried.set(currency, [...(carried.get(currency) ?? []), ...categories]);
  return carried;
}

/** @returns undefined when nothing can be delivered to the customer */
export async function offeredTo(
  db: BankDatabase,
  customerId: string,
  now: number,
): Promise<IsOffered | undefined> {
  const rules = await readRules(db);
  if (rules === undefined) return undefined;
  const standards = { now: Math.floor(now / 1000), ...rules };
  const addresses = await addressesOf(db, customerId);
  const couriers = couriersTo(await readCouriers(db), addresses, rules, standards);
  if (couriers.length === 0) return undefined;
  const carried = carriedBy(couriers);
  return ({ withdrawn, rating, currency, category }) =>
    !withdrawn &&
    !isDefective(JSON.parse(rating) as Aggregate, standards) &&
    isCategoryAllowed(carried.get(currency) ?? [], category);
}
