// SPDX-License-Identifier: Apache-2.0
// Turns a row of orders.csv, the merchant's record and the waybill into a purchase for the pipeline.
import { BankError, type OfferedAddresses } from '@fabric-offline-pay/bank-node';
import {
  addAmounts,
  digestOf,
  goodsDigest,
  multiplyAmount,
  type Statement,
} from '@fabric-offline-pay/domain';
import type { Choice, Purchase, QuoteView } from '@fabric-offline-pay/sdk';
import type { Registered } from '../input/known.js';
import type { Goods } from '../input/rows/goods.js';
import type { MerchantOrder } from '../input/rows/merchant-order.js';
import type { Order } from '../input/rows/order.js';
import type { Waybill } from '../input/rows/waybill.js';

/**
 * The records that an order is compared with. A party without a record of the order states nothing. When a party's file was not named,
 * its records equal the customer's order.
 */
export interface Books {
  /** From the goods file; undefined when it was not named. */
  readonly goods: ReadonlyMap<string, Goods> | undefined;
  /** Goods from the ledger that no file contains. */
  readonly registered: ReadonlyMap<string, Registered>;
  readonly merchantOrders: ReadonlyMap<string, MerchantOrder> | undefined;
  readonly waybills: ReadonlyMap<string, Waybill> | undefined;
  /** The logistics company of an order without a waybill. */
  readonly logisticsId: string;
}

export const bookKey = ({
  merchantId,
  orderNumber,
}: {
  readonly merchantId: string;
  readonly orderNumber: string;
}): string => `${merchantId}/${orderNumber}`;

/** The statement of a party without a record of the order: no lines, no money. */
const nothing = (order: Order): Statement => ({
  orderNumber: order.orderNumber,
  lines: [],
  goodsTotal: '0',
  currency: order.currency,
});

/** The statement of a party whose records come from the shop's checkout. */
function asOrdered({ orderNumber, lines, currency }: Order): Statement {
  return {
    orderNumber,
    currency,
    lines: lines.map(({ gtin, quantity }) => ({ gtin, quantity })),
    goodsTotal: addAmounts(
      ...lines.map(({ unitPrice, quantity }) => multiplyAmount(unitPrice, quantity)),
    ),
  };
}

function merchantStatement(order: Order, { merchantOrders }: Books): Statement {
  if (merchantOrders === undefined) return asOrdered(order);
  const record = merchantOrders.get(bookKey(order));
  if (record === undefined) return nothing(order);
  const lines = record.lines.map(({ gtin, quantity }) => ({ gtin, quantity }));
  return {
    orderNumber: record.orderNumber,
    lines,
    goodsTotal: record.goodsTotal,
    currency: record.currency,
  };
}

function waybillStatement(order: Order, { waybills }: Books): Statement {
  if (waybills === undefined) return asOrdered(order);
  const record = waybills.get(bookKey(order));
  if (record === undefined) return nothing(order);
  const lines = record.lines.map(({ gtin, quantity }) => ({ gtin, quantity }));
  const { orderNumber, declaredValue: goodsTotal, currency, waybill } = record;
  return { orderNumber, lines, goodsTotal, currency, waybill };
}

/** What the shop's page showed: the registration, with the price that the customer saw. */
function basketLines(order: Order, books: Books) {
  return order.lines.map(({ gtin, quantity, unitPrice }) => {
    const key = `${order.merchantId}/${gtin}`;
    const goods = books.goods?.get(key) ?? books.registered.get(key);
    const shown =
      goods === undefined ? digestOf({ gtin }) : goodsDigest({ ...goods, price: unitPrice });
    return { gtin, quantity, unitPrice, goodsDigest: shown };
  });
}

/** The courier that the customer chose, or the best one, and the chosen address. */
function choose(order: Order, addressRef: string) {
  return (quote: QuoteView): Choice => {
    const couriers = quote.offers.find((offer) => offer.addressRef === addressRef)?.couriers ?? [];
    const best = couriers[0];
    if (best === undefined) throw new BankError('NO_COURIER');
    const named =
      order.courierId === null
        ? best
        : couriers.find((entry) => entry.courierId === order.courierId);
    return { addressRef, ...(named ?? { courierId: order.courierId ?? '', fee: best.fee }) };
  };
}

export interface PurchaseParts {
  readonly order: Order;
  readonly books: Books;
  readonly channel: string;
  readonly loginId: string;
  readonly addresses: OfferedAddresses;
  readonly holdSeconds: number;
  readonly deliveryCommitment: string;
  readonly sign: Purchase['sign'];
  readonly stepUp: NonNullable<Purchase['stepUp']>;
  readonly fund: NonNullable<Purchase['fund']>;
}

export function purchaseOf({
  order,
  books,
  channel,
  loginId,
  addresses,
  holdSeconds,
  deliveryCommitment,
  sign,
  stepUp,
  fund,
}: PurchaseParts): Purchase {
  const waybill = books.waybills?.get(bookKey(order));
  const chosen = addresses.addresses[0]?.ref ?? '';
  const partial = order.followUps.find((entry) => entry.verb === 'capture');
  const expires = order.followUps.some((entry) => entry.verb === 'expire');
  return {
    channel,
    basket: {
      merchantId: order.merchantId,
      orderNumber: order.orderNumber,
      customerId: order.customerId,
      loginId,
      logisticsId: waybill?.logisticsId ?? books.logisticsId,
      currency: order.currency,
      lines: basketLines(order, books),
      addressRefs: addresses.addresses.map((entry) => entry.ref),
      addressesDigest: digestOf(addresses),
    },
    addresses,
    choose: choose(order, chosen),
    sign,
    stepUp,
    fund,
    merchantStatement: merchantStatement(order, books),
    logisticsStatement: waybillStatement(order, books),
    holdSeconds,
    deliveryCommitment,
    ...(expires ? { claim: '0' } : {}),
    ...(partial?.verb === 'capture' ? { claim: partial.amount } : {}),
  };
}
