// SPDX-License-Identifier: Apache-2.0
// Routes: which waybills a courier carries on a day, stop by stop.
import type { OrderKey } from '@fabric-offline-pay/domain';
import { NodeError } from '@fabric-offline-pay/node-common/client';
import { sql } from 'kysely';
import type { Day } from '../clock.js';
import type { Caller, LogisticsContext } from '../context.js';
import type { LogisticsTransaction } from '../database/schema.js';
import { LogisticsError } from '../errors.js';
import { waybillAt, type Waybill } from '../waybills/find-waybill.js';
import { shownWaybill } from '../waybills/read-waybills.js';

/** A courier's day. */
export interface RouteKey {
  readonly day: Day;
  readonly courierId: string;
}

const isOpen = ({ delivered_at, ended_at }: Waybill): boolean =>
  delivered_at === null && ended_at === null;

/** @throws {NodeError | LogisticsError} naming the stop by its place in the list */
async function ensureStop(
  db: LogisticsTransaction,
  courierId: string,
  key: OrderKey,
  index: number,
): Promise<void> {
  const field = `stops.${index}`;
  const waybill = await waybillAt({ db }, key);
  if (waybill === undefined) throw new NodeError('NOT_FOUND', field);
  if (waybill.courier_id !== courierId) throw new LogisticsError('COURIER_NOT_CHOSEN', field);
  if (!isOpen(waybill)) throw new NodeError('STATE_CONFLICT', field);
}

const areDistinct = (stops: readonly OrderKey[]): boolean =>
  new Set(stops.map(({ merchantId, orderNumber }) => `${merchantId}/${orderNumber}`)).size ===
  stops.length;

/**
 * Says what a courier's route of a day is, in the order of the stops; it replaces the route that was there. A waybill leaves any other
 * route.
 * @throws {NodeError} NOT_FOUND, STATE_CONFLICT for what is delivered or ended, INPUT_INVALID for an order that is there twice
 * @throws {LogisticsError} COURIER_NOT_CHOSEN
 */
export async function planRoute(
  { db }: Pick<LogisticsContext, 'db'>,
  { name }: Caller,
  { day, courierId }: RouteKey,
  stops: readonly OrderKey[],
): Promise<void> {
  if (!areDistinct(stops)) throw new NodeError('INPUT_INVALID', 'stops');
  await db.transaction().execute(async (transaction) => {
    for (const [index, key] of stops.entries())
      await ensureStop(transaction, courierId, key, index);
    // Two routes of the same day at the same time would both stay, and two that take orders from each other would end each other.
    await sql`lock table route_stops in share row exclusive mode`.execute(transaction);
    await transaction
      .deleteFrom('route_stops')
      .where('day', '=', day)
      .where('courier_id', '=', courierId)
      .execute();
    for (const [index, { merchantId, orderNumber }] of stops.entries()) {
      const columns = { day, courier_id: courierId, stop: index + 1, planned_by: name };
      await transaction
        .insertInto('route_stops')
        .values({ merchant_id: merchantId, order_number: orderNumber, ...columns })
        .onConflict((conflict) =>
          conflict.columns(['merchant_id', 'order_number']).doUpdateSet(columns),
        )
        .execute();
    }
  });
}

/** @returns the stops of the route in their order, with how far each is; without addresses, which are read one by one */
export async function readRoute(
  { db, rules }: Pick<LogisticsContext, 'db' | 'rules'>,
  { day, courierId }: RouteKey,
) {
  const rows = await db
    .selectFrom('route_stops as s')
    .innerJoin('waybills as w', (join) =>
      join
        .onRef('w.merchant_id', '=', 's.merchant_id')
        .onRef('w.order_number', '=', 's.order_number'),
    )
    .selectAll('w')
    .select('s.stop')
    .where('s.day', '=', day)
    .where('s.courier_id', '=', courierId)
    .orderBy('s.stop')
    .execute();
  return {
    day,
    courierId,
    stops: rows.map(({ stop, ...waybill }) => ({
      stop,
      ...shownWaybill(waybill, rules.promiseSeconds),
    })),
  };
}

/** @returns open waybills that stand in no route of this day or a later one: what is still to be assigned */
export async function listUnassigned(
  { db, rules }: Pick<LogisticsContext, 'db' | 'rules'>,
  day: Day,
) {
  const rows = await db
    .selectFrom('waybills as w')
    .selectAll('w')
    .where('w.fee_captured_at', 'is not', null)
    .where('w.delivered_at', 'is', null)
    .where('w.ended_at', 'is', null)
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('route_stops as s')
            .select('s.stop')
            .whereRef('s.merchant_id', '=', 'w.merchant_id')
            .whereRef('s.order_number', '=', 'w.order_number')
            .where('s.day', '>=', day),
        ),
      ),
    )
    .orderBy('w.fee_captured_at')
    .orderBy('w.merchant_id')
    .orderBy('w.order_number')
    .limit(500)
    .execute();
  return { waybills: rows.map((row) => shownWaybill(row, rules.promiseSeconds)) };
}
