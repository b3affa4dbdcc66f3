// SPDX-License-Identifier: Apache-2.0
// Goods in the company's own places: each move is recorded once, and what stands in a place is the sum of the moves.
import type { Place } from '@fabric-offline-pay/domain';
import { NodeError } from '@fabric-offline-pay/node-common/client';
import { sql } from 'kysely';
import type { Caller, LogisticsContext } from '../context.js';
import type { LogisticsTransaction } from '../database/schema.js';
import { LogisticsError } from '../errors.js';
import { findWaybill } from '../waybills/find-waybill.js';
import { ensureOfOrder, lockCarried, type CourierMove } from './courier-moves.js';

/** A depot, a hub or a vehicle. */
export interface OwnPlace {
  readonly placeId: string;
  readonly location: Place;
  /** Nothing more is brought to a place that is not active. */
  readonly active: boolean;
}

/** Says where a place is; repeated, it replaces what was said before. */
export async function recordPlace(
  { db }: Pick<LogisticsContext, 'db'>,
  { placeId, location, active }: OwnPlace,
): Promise<void> {
  const columns = { ...location, active };
  await db
    .insertInto('places')
    .values({ place_id: placeId, ...columns })
    .onConflict((conflict) => conflict.column('place_id').doUpdateSet(columns))
    .execute();
}

export async function listPlaces({
  db,
}: Pick<LogisticsContext, 'db'>): Promise<readonly OwnPlace[]> {
  const rows = await db.selectFrom('places').selectAll().orderBy('place_id').execute();
  return rows.map(({ place_id: placeId, latitude, longitude, active }) => ({
    placeId,
    location: { latitude, longitude },
    active,
  }));
}

/** Pieces of one kind of goods, and their way. */
export interface Move {
  /** Natural: the sender's number of the move. */
  readonly moveId: string;
  readonly merchantId: string;
  readonly gtin: string;
  readonly quantity: number;
  /** Null: from the merchant. */
  readonly from: string | null;
  /** Null: out of the company's places. */
  readonly to: string | null;
  /** The merchant's number of the order, when the pieces belong to one. */
  readonly orderNumber: string | null;
}

const columnsOf = ({ moveId, merchantId, gtin, quantity, from, to, orderNumber }: Move) => ({
  move_id: moveId,
  merchant_id: merchantId,
  gtin,
  quantity,
  from_place: from,
  to_place: to,
  order_number: orderNumber,
});

async function take(db: LogisticsTransaction, move: Move, place: string): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('stock')
    .set({ quantity: sql`quantity - ${move.quantity}` })
    .where('place_id', '=', place)
    .where('merchant_id', '=', move.merchantId)
    .where('gtin', '=', move.gtin)
    .where('quantity', '>=', move.quantity)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new LogisticsError('NOT_ENOUGH_GOODS', 'from');
}

/** Pieces of one kind. */
const MOST_IN_PLACE = 1_000_000;

async function bring(db: LogisticsTransaction, move: Move, place: string): Promise<void> {
  const known = await db
    .selectFrom('places')
    .select('active')
    .where('place_id', '=', place)
    .executeTakeFirst();
  if (known?.active !== true) throw new LogisticsError('PLACE_UNKNOWN', 'to');
  const { merchantId, gtin, quantity } = move;
  const brought = await db
    .insertInto('stock')
    .values({ place_id: place, merchant_id: merchantId, gtin, quantity })
    .onConflict((conflict) =>
      conflict
        .columns(['merchant_id', 'gtin', 'place_id'])
        .doUpdateSet({ quantity: sql`stock.quantity + ${quantity}` })
        .where('stock.quantity', '<=', MOST_IN_PLACE - quantity),
    )
    .returning('quantity')
    .executeTakeFirst();
  if (brought === undefined) throw new LogisticsError('PLACE_FULL', 'to');
}

/** @throws {NodeError} IDEMPOTENCY_CONFLICT when the number was used for another move */
async function ensureSame(db: LogisticsTransaction, move: Move): Promise<void> {
  const recorded: Readonly<Record<string, unknown>> = await db
    .selectFrom('moves')
    .selectAll()
    .where('move_id', '=', move.moveId)
    .executeTakeFirstOrThrow();
  const isSame = Object.entries(columnsOf(move)).every(
    ([column, value]) => recorded[column] === value,
  );
  if (!isSame) throw new NodeError('IDEMPOTENCY_CONFLICT', 'moveId');
}

/** @returns the move of a courier, of an order of its own; undefined for whoever may move all that stands in the company's places */
async function courierMoveOf(
  context: Pick<LogisticsContext, 'db'>,
  caller: Caller,
  move: Move,
): Promise<CourierMove | undefined> {
  if (caller.role !== 'courier') return undefined;
  const { merchantId, orderNumber } = move;
  if (orderNumber === null) throw new NodeError('INPUT_INVALID', 'orderNumber');
  await findWaybill(context, caller, { merchantId, orderNumber });
  return { ...move, orderNumber };
}

/** @returns whether the move is new */
async function record(
  db: LogisticsTransaction,
  move: Move,
  moved: { readonly moved_by: string; readonly moved_at: number },
): Promise<boolean> {
  const recorded = await db
    .insertInto('moves')
    .values({ ...columnsOf(move), ...moved })
    .onConflict((conflict) => conflict.doNothing())
    .returning('move_id')
    .executeTakeFirst();
  return recorded !== undefined;
}

/**
 * Records a move of goods, once for its number. A courier moves the pieces of its own orders, as many as were ordered, from when the fee is
 * certain until the delivery; a dispatcher moves whatever stands in the company's places.
 * @returns whether it was recorded before
 * @throws {LogisticsError} NOT_ENOUGH_GOODS, PLACE_UNKNOWN, PLACE_FULL, GOODS_NOT_ASSIGNED
 * @throws {NodeError} NOT_FOUND for a courier that does not carry the order, STATE_CONFLICT when it does not carry it now
 * @throws {NodeError} IDEMPOTENCY_CONFLICT
 */
export async function moveGoods(
  { db, clock }: Pick<LogisticsContext, 'db' | 'clock'>,
  caller: Caller,
  move: Move,
): Promise<{ readonly replayed: boolean }> {
  const courierMove = await courierMoveOf({ db }, caller, move);
  return db.transaction().execute(async (transaction) => {
    if (!(await record(transaction, move, { moved_by: caller.name, moved_at: clock() }))) {
      await ensureSame(transaction, move);
      return { replayed: true };
    }
    if (courierMove !== undefined) await lockCarried(transaction, courierMove);
    if (move.from !== null) await take(transaction, move, move.from);
    if (move.to !== null) await bring(transaction, move, move.to);
    if (courierMove !== undefined) await ensureOfOrder(transaction, courierMove);
    return { replayed: false };
  });
}

/**
 * Where goods are: the place that the merchant registered on the ledger (unit 1101), and the pieces in the company's own places.
 * @throws {NodeError} NOT_FOUND for goods that nobody registered or moved
 */
export async function findGoods(
  { db }: Pick<LogisticsContext, 'db'>,
  merchantId: string,
  gtin: string,
) {
  const registered = await db
    .selectFrom('goods')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('gtin', '=', gtin)
    .executeTakeFirst();
  const stock = await db
    .selectFrom('stock')
    .select(['place_id', 'quantity'])
    .where('merchant_id', '=', merchantId)
    .where('gtin', '=', gtin)
    .where('quantity', '>', 0)
    .orderBy('place_id')
    .execute();
  if (registered === undefined && stock.length === 0) throw new NodeError('NOT_FOUND', 'gtin');
  return {
    registered:
      registered === undefined
        ? null
        : {
            location: { latitude: registered.latitude, longitude: registered.longitude },
            weightGrams: registered.weight_grams,
            category: registered.category,
            withdrawn: registered.withdrawn,
          },
    stock: stock.map(({ place_id: placeId, quantity }) => ({ placeId, quantity })),
  };
}
