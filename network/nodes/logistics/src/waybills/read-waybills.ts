// SPDX-License-Identifier: Apache-2.0
// Waybills as dispatchers and couriers read them.
import type { OrderKey } from '@fabric-offline-pay/domain';
import type { Caller, LogisticsContext } from '../context.js';
import { afterPage, nextOf, orderCursor, type Page } from '../pages.js';
import { findWaybill, ownerColumn, type Waybill } from './find-waybill.js';

/** A waybill without its goods. */
export const shownWaybill = (row: Waybill, promiseSeconds: number) => ({
  merchantId: row.merchant_id,
  orderNumber: row.order_number,
  waybill: row.waybill,
  courierId: row.courier_id,
  currency: row.currency,
  fee: row.fee,
  addressRef: row.address_ref,
  placedAt: row.placed_at,
  state: row.state,
  delivery: row.delivery,
  feeCapturedAt: row.fee_captured_at,
  promisedBy: row.fee_captured_at === null ? null : row.fee_captured_at + promiseSeconds,
  deliverBy: row.deliver_by,
  pickedUpAt: row.picked_up_at,
  deliveredAt: row.delivered_at,
  endedAt: row.ended_at,
});

export interface WaybillFilter extends Page {
  readonly courierId?: string | undefined;
  readonly delivery?: Waybill['delivery'] | undefined;
}

/** @returns waybills in order of merchants and order numbers; a courier's or a shop's own only */
export async function listWaybills(
  { db, rules }: Pick<LogisticsContext, 'db' | 'rules'>,
  caller: Caller,
  { courierId, delivery, after, limit }: WaybillFilter,
) {
  const owner = ownerColumn(caller);
  const rows = await db
    .selectFrom('waybills')
    .selectAll()
    .$if(owner !== undefined, (query) => query.where(owner ?? 'courier_id', '=', caller.name))
    .$if(courierId !== undefined, (query) => query.where('courier_id', '=', courierId ?? ''))
    .$if(delivery !== undefined, (query) => query.where('delivery', '=', delivery ?? 'awaiting'))
    .where(afterPage(after))
    .orderBy('merchant_id')
    .orderBy('order_number')
    .limit(limit + 1)
    .execute();
  const waybills = rows.slice(0, limit).map((row) => shownWaybill(row, rules.promiseSeconds));
  return { waybills, next: nextOf(rows, limit, orderCursor) };
}

/** @returns the goods to fetch, and where their merchant registered them */
const goodsOf = ({ db }: Pick<LogisticsContext, 'db'>, key: OrderKey) =>
  db
    .selectFrom('waybill_lines as l')
    .leftJoin('goods as g', (join) =>
      join.onRef('g.merchant_id', '=', 'l.merchant_id').onRef('g.gtin', '=', 'l.gtin'),
    )
    .select(['l.gtin', 'l.quantity', 'g.latitude', 'g.longitude', 'g.weight_grams'])
    .where('l.merchant_id', '=', key.merchantId)
    .where('l.order_number', '=', key.orderNumber)
    .orderBy('l.line')
    .execute();

const movesOf = ({ db }: Pick<LogisticsContext, 'db'>, key: OrderKey) =>
  db
    .selectFrom('moves')
    .select(['move_id', 'gtin', 'quantity', 'from_place', 'to_place', 'moved_at'])
    .where('merchant_id', '=', key.merchantId)
    .where('order_number', '=', key.orderNumber)
    .orderBy('moved_at')
    .orderBy('move_id')
    .execute();

/**
 * A waybill with its goods and where they went.
 * @throws {DomainError} NOT_FOUND, also for a courier or a shop when it is not its own
 */
export async function readWaybill(
  context: Pick<LogisticsContext, 'db' | 'rules'>,
  caller: Caller,
  key: OrderKey,
) {
  const waybill = await findWaybill(context, caller, key);
  const goods = await goodsOf(context, key);
  const moves = await movesOf(context, key);
  return {
    ...shownWaybill(waybill, context.rules.promiseSeconds),
    goods: goods.map(({ gtin, quantity, latitude, longitude, weight_grams: weightGrams }) => ({
      gtin,
      quantity,
      weightGrams,
      location: latitude === null || longitude === null ? null : { latitude, longitude },
    })),
    moves: moves.map((move) => ({
      moveId: move.move_id,
      gtin: move.gtin,
      quantity: move.quantity,
      from: move.from_place,
      to: move.to_place,
      movedAt: move.moved_at,
    })),
  };
}
