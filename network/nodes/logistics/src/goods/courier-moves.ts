// SPDX-License-Identifier: Apache-2.0
// What a courier may move: the pieces of an order that it carries, as many as were ordered, and none that stand there for another order.
import type { OrderKey } from '@fabric-offline-pay/domain';
import { NodeError } from '@fabric-offline-pay/node-common/client';
import { sql } from 'kysely';
import type { LogisticsTransaction } from '../database/schema.js';
import { LogisticsError } from '../errors.js';
import type { Waybill } from '../waybills/find-waybill.js';
import { piecesDrawn, piecesIn, type Leg } from './pieces-of-order.js';

/** A courier's move. It names its order. */
export interface CourierMove extends OrderKey, Leg {
  readonly gtin: string;
}

/** From when the fee is certain until the goods are delivered. What was picked up of an order that ended has to come back. */
const isCarried = ({ fee_captured_at, picked_up_at, delivered_at, ended_at }: Waybill): boolean =>
  fee_captured_at !== null && delivered_at === null && (ended_at === null || picked_up_at !== null);

/**
 * Locks the waybill: moves of one order take turns, so that each counts those before it.
 * @throws {NodeError} STATE_CONFLICT
 */
export async function lockCarried(
  db: LogisticsTransaction,
  { merchantId, orderNumber }: OrderKey,
): Promise<void> {
  const waybill = await db
    .selectFrom('waybills')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .forUpdate()
    .executeTakeFirst();
  if (waybill === undefined || !isCarried(waybill))
    throw new NodeError('STATE_CONFLICT', 'orderNumber');
}

async function orderedOf(db: LogisticsTransaction, move: CourierMove): Promise<number> {
  const lines = await db
    .selectFrom('waybill_lines')
    .select('quantity')
    .where('merchant_id', '=', move.merchantId)
    .where('order_number', '=', move.orderNumber)
    .where('gtin', '=', move.gtin)
    .execute();
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

const legsOf = (db: LogisticsTransaction, move: CourierMove): Promise<Leg[]> =>
  db
    .selectFrom('moves')
    .select(['quantity', 'from_place as from', 'to_place as to'])
    .where('merchant_id', '=', move.merchantId)
    .where('order_number', '=', move.orderNumber)
    .where('gtin', '=', move.gtin)
    .execute();

/** @returns whether all pieces that stand in the place for other orders are still there */
async function isEnoughForOthers(
  db: LogisticsTransaction,
  { merchantId, gtin, orderNumber }: CourierMove,
  place: string,
): Promise<boolean> {
  const { rows } = await sql<{ readonly enough: boolean }>`
    select coalesce(sum(pieces), 0) <= (
      select coalesce(max(quantity), 0) from stock
      where merchant_id = ${merchantId} and gtin = ${gtin} and place_id = ${place}
    ) as enough
    from (
      select sum(case when to_place = ${place} then quantity else 0 end)
        - sum(case when from_place = ${place} then quantity else 0 end) as pieces
      from moves
      where merchant_id = ${merchantId} and gtin = ${gtin} and order_number <> ${orderNumber}
        and (from_place = ${place} or to_place = ${place})
      group by order_number
    ) others where pieces > 0
  `.execute(db);
  return rows[0]?.enough === true;
}

/**
 * Checks a courier's move that was recorded, in the transaction that recorded it.
 * @throws {LogisticsError} GOODS_NOT_ASSIGNED, NOT_ENOUGH_GOODS
 */
export async function ensureOfOrder(db: LogisticsTransaction, move: CourierMove): Promise<void> {
  const legs = await legsOf(db, move);
  if (piecesDrawn(legs) > (await orderedOf(db, move)))
    throw new LogisticsError('GOODS_NOT_ASSIGNED', 'quantity');
  const { from } = move;
  if (from === null || piecesIn(from, legs) >= 0) return;
  if (!(await isEnoughForOthers(db, move, from)))
    throw new LogisticsError('NOT_ENOUGH_GOODS', 'from');
}
