// SPDX-License-Identifier: Apache-2.0
// The orders of the organisation's merchants, from the tables.
import type { OrderState } from '@fabric-offline-pay/domain';
import type { Selectable } from 'kysely';
import type { FollowedOrderTable, MerchantDatabase } from '../database/schema.js';
import type { ShownOrder } from '../events/shown-order.js';
import { refuse } from '../merchant-error.js';
import { reachedMerchants, type Reach } from '../reached-merchants.js';

interface Context {
  readonly db: MerchantDatabase;
}

export interface OrderLine {
  readonly gtin: string;
  readonly quantity: number;
  /** Minor units. */
  readonly unitPrice: string;
}

/** An order as the ledger shows it, and what its terms say. */
export interface OrderFile {
  readonly order: ShownOrder;
  /** What the customer signed, minor units; null before. */
  readonly total: string | null;
  readonly lines: OrderLine[];
  /** Held, and neither captured nor returned; minor units. */
  readonly uncaptured: string;
  /** Seconds since 1970. */
  readonly firstAt: number;
  readonly changedAt: number;
}

const fileOf = (row: Selectable<FollowedOrderTable>): OrderFile => ({
  order: JSON.parse(row.shown) as ShownOrder,
  total: row.total,
  lines: JSON.parse(row.lines) as OrderLine[],
  uncaptured: row.uncaptured,
  firstAt: row.first_at,
  changedAt: row.changed_at,
});

/** Which orders, and from where on. */
export interface OrderQuery {
  readonly merchantId?: string | undefined;
  readonly state?: OrderState | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface OrderPage {
  readonly orders: OrderFile[];
  /** Null: this was the last page. */
  readonly next: string | null;
}

/** Orders by merchant and number. */
export async function listOrders(
  reach: Reach,
  { merchantId, state, after, limit }: OrderQuery,
): Promise<OrderPage> {
  const [afterMerchant = '', afterNumber = ''] = after?.split('/') ?? [];
  const rows = await reach.db
    .selectFrom('followed_orders')
    .selectAll()
    .where('merchant_id', 'in', reachedMerchants(reach))
    .$if(merchantId !== undefined, (query) => query.where('merchant_id', '=', merchantId ?? ''))
    .$if(state !== undefined, (query) => query.where('state', '=', state ?? 'basket'))
    .$if(after !== undefined, (query) =>
      query.where((order) =>
        order.or([
          order('merchant_id', '>', afterMerchant),
          order('merchant_id', '=', afterMerchant).and('order_number', '>', afterNumber),
        ]),
      ),
    )
    .orderBy('merchant_id')
    .orderBy('order_number')
    .limit(limit)
    .execute();
  const last = rows.length < limit ? undefined : rows.at(-1);
  return {
    orders: rows.map(fileOf),
    next: last === undefined ? null : `${last.merchant_id}/${last.order_number}`,
  };
}

/** @throws {MerchantError} NOT_FOUND */
export async function readOrder(
  { db }: Context,
  { merchantId, orderNumber }: { readonly merchantId: string; readonly orderNumber: string },
): Promise<OrderFile> {
  const row = await db
    .selectFrom('followed_orders')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .executeTakeFirst();
  return row === undefined ? refuse('NOT_FOUND', 'orderNumber') : fileOf(row);
}

/** States in which the bank could capture. */
const CAPTURABLE: readonly OrderState[] = ['categoryChecked', 'matched', 'partiallyCaptured'];

/** Orders whose held money the bank has not captured, those whose hold ends first at the top. */
export async function capturesDue(
  reach: Reach,
  { limit }: { readonly limit: number },
): Promise<OrderFile[]> {
  const rows = await reach.db
    .selectFrom('followed_orders')
    .selectAll()
    .where('merchant_id', 'in', reachedMerchants(reach))
    .where('state', 'in', CAPTURABLE)
    .where('uncaptured', '<>', '0')
    .orderBy('expires_at')
    .orderBy('order_number')
    .limit(limit)
    .execute();
  return rows.map(fileOf);
}
