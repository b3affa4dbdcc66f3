// SPDX-License-Identifier: Apache-2.0
// The tables of the logistics company's own database, a file for each concept. Instants are seconds since 1970, amounts minor units as text.
import {
  createFollowedTables,
  createPosition,
  openDatabase,
  type DatabasePlace,
  type Migrations,
  type PositionTables,
} from '@fabric-offline-pay/node-common/node';
import type { Kysely, Transaction } from 'kysely';
import { COURIER_MIGRATIONS, type CourierTables } from './couriers.js';
import { DELIVERY_MIGRATIONS, type DeliveryTables } from './deliveries.js';
import { GOODS_MIGRATIONS, type GoodsTables } from './goods.js';
import { MONEY_MIGRATIONS, type MoneyTables } from './money.js';
import { WAYBILL_MIGRATIONS, type WaybillTables } from './waybills.js';

export interface LogisticsTables
  extends PositionTables, WaybillTables, CourierTables, GoodsTables, DeliveryTables, MoneyTables {}

/** The database, or a transaction on it. */
export type LogisticsDatabase = Kysely<LogisticsTables>;
export type LogisticsTransaction = Transaction<LogisticsTables>;

export const MIGRATIONS: Migrations = {
  '0001-position': { up: createPosition },
  ...WAYBILL_MIGRATIONS,
  ...COURIER_MIGRATIONS,
  ...GOODS_MIGRATIONS,
  ...DELIVERY_MIGRATIONS,
  ...MONEY_MIGRATIONS,
  '0008-followed-tables': { up: createFollowedTables },
};

/**
 * @returns the database with all migrations applied; `destroy()` closes it.
 * @throws when a migration fails; the database then stays as it was.
 */
export const openLogisticsDatabase = (place: DatabasePlace): Promise<LogisticsDatabase> =>
  openDatabase<LogisticsTables>(place, MIGRATIONS);
