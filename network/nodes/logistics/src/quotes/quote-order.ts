// SPDX-License-Identifier: Apache-2.0
// Quotes a basket (units 11, 1101 to 1104 as one express leg): gives the waybill's number, asks the ledger, keeps the addresses.
import {
  goodsTotalOf,
  type AddressBookRow,
  type InputOf,
  type OutputOf,
  type Statement,
} from '@fabric-offline-pay/domain';
import { NodeError, withPlace, type WithPlace } from '@fabric-offline-pay/node-common/client';
import { holdAddresses } from '../addresses/hold-addresses.js';
import { SHOP_CHANNEL, type Caller, type LogisticsContext } from '../context.js';
import { waybillNumber } from '../waybills/waybill-number.js';

export type QuotedBasket = InputOf<'express', 'quote'>['basket'];

export type Quoted = WithPlace<
  Pick<OutputOf<'express', 'quote'>, 'replayed' | 'units' | 'goodsTotal' | 'offers'> & {
    readonly waybill: string;
  }
>;

/** What a shop or a dispatcher asks to be quoted. */
export interface QuoteRequest {
  readonly basket: QuotedBasket;
  readonly book: AddressBookRow;
  /** The company's own record of the goods; without it, the company states what it was asked for. */
  readonly statement?: Statement | undefined;
}

/** A number of the company's own, and what it says of the goods. */
async function statementOf(
  context: LogisticsContext,
  { basket, statement }: QuoteRequest,
): Promise<Statement & { readonly waybill: string }> {
  const { orderNumber, lines, currency } = basket;
  const asked: Statement = {
    orderNumber,
    lines: lines.map(({ gtin, quantity }) => ({ gtin, quantity })),
    goodsTotal: goodsTotalOf(lines),
    currency,
  };
  const stated = statement ?? asked;
  return { ...stated, waybill: stated.waybill ?? (await waybillNumber(context.db, basket)) };
}

/** A shop has its own baskets quoted only, and keeps no records of the company. @throws {NodeError} NOT_OWNER, ACCESS_DENIED */
function ensureMayAsk({ role, name }: Caller, { basket, statement }: QuoteRequest): void {
  if (role !== SHOP_CHANNEL) return;
  if (basket.merchantId !== name) throw new NodeError('NOT_OWNER', 'basket.merchantId');
  if (statement !== undefined) throw new NodeError('ACCESS_DENIED', 'statement');
}

/**
 * Safe to repeat: the ledger answers the same basket with its first quote.
 * @throws {NodeError} NOT_OWNER, ACCESS_DENIED
 * @throws {RefusedError} NO_COURIER, ADDRESSES_DIFFER, GOODS_UNKNOWN …
 */
export async function quoteOrder(
  context: LogisticsContext,
  caller: Caller,
  request: QuoteRequest,
): Promise<Quoted> {
  ensureMayAsk(caller, request);
  const { basket, book } = request;
  const statement = await statementOf(context, request);
  const transient = { salt: book.salt, addresses: book.addresses };
  const answer = await context.ledger.express.quote({ basket, statement }, { transient });
  await context.followed(answer.blockNumber);
  // Addresses that the ledger refused are not kept. Whoever got no answer repeats the call.
  await holdAddresses(context, basket, book);
  return { ...withPlace(answer), waybill: statement.waybill };
}
