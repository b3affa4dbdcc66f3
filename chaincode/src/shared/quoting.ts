// SPDX-License-Identifier: Apache-2.0
// What the stepwise logistics units and the express leg share: reading goods and couriers, checking the addresses, pricing.
import {
  digestOf,
  ensure,
  goodsTotalOf,
  locationsOf,
  offersFor,
  type AddressBookRow,
  type AddressOffer,
  type Basket,
  type Load,
  type QuoteRow,
  type Standards,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { fleetOf } from './fleet.js';
import { categoriesIn, goodsOf, type PickedGoods } from './goods.js';
import { standardsOf } from './judging.js';
import { policyRow } from './rows.js';

export const addressesOf = (call: Call): AddressBookRow => call.privateInput as AddressBookRow;

/** @throws {DomainError} ADDRESSES_DIFFER when the private addresses are not the addresses of the basket. */
export function ensureAddressesOfBasket(call: Call, basket: Basket): AddressBookRow {
  const book = addressesOf(call);
  ensure(digestOf(book) === basket.addressesDigest, 'ADDRESSES_DIFFER');
  ensure(
    book.addresses.map((entry) => entry.ref).join() === basket.addressRefs.join(),
    'ADDRESSES_DIFFER',
  );
  return book;
}

/** The goods to carry. */
export function loadOf(basket: Basket, goods: readonly PickedGoods[], standards: Standards): Load {
  return {
    locations: locationsOf(goods.map(({ row }) => row)),
    weightGrams: goods.reduce((sum, { line, row }) => sum + line.quantity * row.weightGrams, 0),
    categories: categoriesIn(goods),
    currency: basket.currency,
    standards,
  };
}

/**
 * Units 1102 and 1104 compute the same fees and answer them in different orders. The answer is public, so it depends only on
 * the zones of the addresses.
 */
export async function computeOffers(
  call: Call,
  basket: Basket,
): Promise<{ load: Load; goodsTotal: string; offers: AddressOffer[] }> {
  const book = ensureAddressesOfBasket(call, basket);
  const goods = await goodsOf(call, basket);
  const { couriers } = await fleetOf(call, basket.logisticsId);
  const load = loadOf(basket, goods, await standardsOf(call));
  const offers = offersFor(couriers, load, book.addresses, (await policyRow(call)).addressZone);
  ensure(
    offers.some((offer) => offer.couriers.length > 0),
    'NO_COURIER',
  );
  return { load, goodsTotal: goodsTotalOf(basket.lines), offers };
}

/** The content of a quote, without its end. */
type Quoted = Pick<QuoteRow, 'basketDigest' | 'goodsTotal' | 'categories' | 'offers' | 'statement'>;

/** Writes a quote. Every logistics company has its own row. */
export async function putQuote(
  call: Call,
  { merchantId, orderNumber, logisticsId }: Basket,
  { basketDigest, goodsTotal, categories, offers, statement }: Quoted,
): Promise<void> {
  const { quoteSeconds } = await policyRow(call);
  const row = {
    logisticsId,
    basketDigest,
    goodsTotal,
    categories,
    offers,
    expiresAt: call.now + quoteSeconds,
    statement,
    receipt: null,
  };
  call.store.put('quote', row, merchantId, orderNumber, logisticsId);
}
