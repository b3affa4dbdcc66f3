// SPDX-License-Identifier: Apache-2.0
// Quotes a basket (units 11, 1101 to 1104 as one express leg): gives the waybill's number, asks the ledger, keeps the addresses.
import { randomBytes } from 'node:crypto';
import {
  goodsTotalOf,
  type AddressBookRow,
  type InputOf,
  type OrderKey,
  type OutputOf,
} from '@fabric-offline-pay/domain';
import { NodeError } from '@fabric-offline-pay/node-common/client';
import { holdAddresses } from '../addresses/hold-addresses.js';
import { SHOP_CHANNEL, type Caller, type LogisticsContext } from '../context.js';

export type QuotedBasket = InputOf<'express', 'quote'>['basket'];

/** Drawn, so that nobody counts a company's orders by them. */
const newNumber = (): string => `WB-${randomBytes(10).toString('hex')}`;

/** @returns the number that the order has or gets now */
async function waybillNumber({ db }: Pick<LogisticsContext, 'db'>, key: OrderKey): Promise<string> {
  const { merchantId: merchant_id, orderNumber: order_number } = key;
  await db
    .insertInto('waybill_numbers')
    .values({ merchant_id, order_number, waybill: newNumber() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { waybill } = await db
    .selectFrom('waybill_numbers')
    .select('waybill')
    .where('merchant_id', '=', merchant_id)
    .where('order_number', '=', order_number)
    .executeTakeFirstOrThrow();
  return waybill;
}

export type Quoted = Pick<OutputOf<'express', 'quote'>, 'goodsTotal' | 'offers'> & {
  readonly waybill: string;
};

/**
 * Safe to repeat: the ledger answers the same basket with its first quote. A shop has its own baskets quoted only.
 * @throws {NodeError} NOT_OWNER
 * @throws {RefusedError} NO_COURIER, ADDRESSES_DIFFER, GOODS_UNKNOWN …
 */
export async function quoteOrder(
  context: LogisticsContext,
  { role, name }: Caller,
  basket: QuotedBasket,
  book: AddressBookRow,
): Promise<Quoted> {
  if (role === SHOP_CHANNEL && basket.merchantId !== name)
    throw new NodeError('NOT_OWNER', 'basket.merchantId');
  const waybill = await waybillNumber(context, basket);
  const { orderNumber, lines, currency } = basket;
  const statement = {
    orderNumber,
    lines: lines.map(({ gtin, quantity }) => ({ gtin, quantity })),
    goodsTotal: goodsTotalOf(lines),
    currency,
    waybill,
  };
  const transient = { salt: book.salt, addresses: book.addresses };
  const { result, blockNumber } = await context.ledger.express.quote(
    { basket, statement },
    { transient },
  );
  await context.followed(blockNumber);
  // Addresses that the ledger refused are not kept. Whoever got no answer repeats the call.
  await holdAddresses(context, basket, book);
  return { goodsTotal: result.goodsTotal, offers: result.offers, waybill };
}
