// SPDX-License-Identifier: Apache-2.0
// Logistics on the ledger: couriers, the four parallel sub-units and their join, delivery (units 11, 1101 to 1104).
import {
  basketDigest,
  byCodeUnit,
  ensure,
  ensureProves,
  found,
  holds,
  isBeforeMoney,
  locationsOf,
  withRegistered,
  type AddressOffer,
  type Hold,
  type ParsedInputOf as InputOf,
  type OrderKey,
  type OrderRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { contractOf } from '../ledger/contract.js';
import { orderAt } from '../ledger/order-at.js';
import { holdOf, releasedAtOnce } from '../shared/capturing.js';
import { fleetOf } from '../shared/fleet.js';
import { verifyGoodsAsPicked, goodsOf } from '../shared/goods.js';
import { CREDIT_OF, creditPayees } from '../shared/payees.js';
import { computeOffers, ensureAddressesOfBasket, putQuote } from '../shared/quoting.js';
import {
  advance,
  basketOfOrder,
  orderRow,
  quoteRow,
  receiptOfStep,
  resultOfStep,
  termsRow,
} from '../shared/rows.js';

async function registerCouriers(call: Call<InputOf<'logistics', 'registerCouriers'>>) {
  const { logisticsId, couriers } = call.input;
  call.store.put('fleet', withRegistered(await fleetOf(call, logisticsId), couriers));
  return {};
}

/** Unit 11 begins. Logistics trusts nobody and verifies the goods itself. */
async function verifyGoods(call: Call<OrderKey>) {
  await verifyGoodsAsPicked(call, await basketOfOrder(call, call.input));
  return {};
}

/** Unit 1101. */
async function locateGoods(call: Call<OrderKey>) {
  const goods = await goodsOf(call, await basketOfOrder(call, call.input));
  return { locations: locationsOf(goods.map((entry) => entry.row)) };
}

const inOrderOfIds = (offer: AddressOffer): AddressOffer => ({
  ...offer,
  couriers: [...offer.couriers].sort((a, b) => byCodeUnit(a.courierId, b.courierId)),
});

/** Unit 1102: the prices, in order of courier ids. */
async function quotePrices(call: Call<OrderKey>) {
  const { goodsTotal, offers } = await computeOffers(call, await basketOfOrder(call, call.input));
  return { goodsTotal, offers: offers.map(inOrderOfIds) };
}

/**
 * Unit 1103: the references of the addresses that the customer may choose from. The addresses are not kept before they are
 * needed.
 */
async function offerAddresses(call: Call<OrderKey>) {
  const basket = await basketOfOrder(call, call.input);
  ensureAddressesOfBasket(call, basket);
  return { addressRefs: basket.addressRefs };
}

/** Unit 1104: the ranking, best first. */
async function rankCouriers(call: Call<OrderKey>) {
  const { offers, load } = await computeOffers(call, await basketOfOrder(call, call.input));
  return { offers, categories: load.categories };
}

/** Unit 11 joins its four sub-units into one quote. */
async function quote(call: Call<OrderKey>) {
  const basket = await basketOfOrder(call, call.input);
  const order = await orderRow(call, call.input);
  await receiptOfStep(call, basket, 'logistics:verifyGoods');
  await receiptOfStep(call, basket, 'logistics:locateGoods');
  await receiptOfStep(call, basket, 'logistics:offerAddresses');
  const priced = await resultOfStep(call, basket, 'logistics', 'quotePrices');
  const { offers, categories } = await resultOfStep(call, basket, 'logistics', 'rankCouriers');
  ensure(
    JSON.stringify(offers.map(inOrderOfIds)) === JSON.stringify(priced.offers),
    'QUOTE_MISMATCH',
    { field: 'offers' },
  );
  const { goodsTotal } = priced;
  await putQuote(call, basket, {
    basketDigest: basketDigest(basket),
    goodsTotal,
    categories,
    offers,
    statement: null,
  });
  return { state: advance(call, order, 'quote'), goodsTotal, offers };
}

const DELIVERABLE: readonly OrderRow['state'][] = ['partiallyCaptured', 'captured', 'released'];

/**
 * Whether the goods may be delivered: the order matched and was captured. A refunded order counts too, while its hold still
 * waits for the delivery. A dispute alone does not stop the courier, and does not make a returned order deliverable.
 */
function isDeliverable({ state, dispute }: OrderRow, hold: Hold): boolean {
  const undisputed = dispute?.from ?? state;
  return (
    DELIVERABLE.includes(undisputed) || (undisputed === 'refunded' && holds.standing(hold) !== '0')
  );
}

/** @throws {DomainError} STATE_CONFLICT or FEE_NOT_CAPTURED. The courier must be sure of its fee before it starts. */
function ensureDeliverable(order: OrderRow, from: OrderRow['delivery'][]): void {
  const { state, hold, delivery } = order;
  ensure(from.includes(delivery), 'STATE_CONFLICT', { delivery, expected: from });
  ensure(hold !== null && holds.isFeeCaptured(hold), 'FEE_NOT_CAPTURED', { state });
  ensure(isDeliverable(order, hold), 'STATE_CONFLICT', { state });
}

/** With the goods the courier gets the chosen address. The other addresses are never kept. */
async function pickUp(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  ensureDeliverable(order, ['awaiting']);
  call.store.put('order', { ...order, delivery: 'pickedUp' });
  const { terms } = await termsRow(call, call.input);
  const { salt, addresses } = ensureAddressesOfBasket(call, terms);
  const chosen = addresses.filter((entry) => entry.ref === terms.addressRef);
  ensure(chosen.length === 1, 'ADDRESS_UNKNOWN', { ref: terms.addressRef });
  const { merchantId, orderNumber, logisticsId } = terms;
  await call.store.putPrivate({ salt, addresses: chosen }, merchantId, orderNumber, logisticsId);
  return { state: order.state };
}

/** Credits the money that waited for the delivery. The merchant's part of a disputed order waits for the decision. */
function creditDelivery(call: Call, order: OrderRow): OrderRow {
  const before = holdOf(order);
  const isDisputed = order.state === 'disputed';
  const { hold, credits } = isDisputed ? holds.settleFee(before) : holds.settleDelivery(before);
  creditPayees(call, order, hold.currency, credits, CREDIT_OF.delivery);
  return releasedAtOnce({ ...order, hold });
}

/** Without proof a delivery counts only in time. After that the customer may get the money back instead. */
function ensureDeliveryInTime({ hold }: OrderRow, now: number): void {
  const deliverBy = hold?.deliverBy ?? null;
  ensure(deliverBy === null || now < deliverBy, 'DELIVERY_LATE', { deliverBy });
}

/** The customer's secret proves the delivery. Without it the delivery is believed only after some time. */
async function deliver(call: Call<InputOf<'logistics', 'deliver'>>) {
  const { secret, merchantId, orderNumber } = call.input;
  const order = await orderRow(call, call.input);
  const from: OrderRow['delivery'][] =
    secret === undefined ? ['pickedUp'] : ['pickedUp', 'deliveredUnproven'];
  ensureDeliverable(order, from);
  if (secret === undefined) ensureDeliveryInTime(order, call.now);
  else ensureProves(secret, (await termsRow(call, order)).terms);
  const delivery: 'deliveredUnproven' | 'delivered' =
    secret === undefined ? 'deliveredUnproven' : 'delivered';
  const delivered = { ...order, delivery, deliveredAt: order.deliveredAt ?? call.now };
  const after = secret === undefined ? delivered : creditDelivery(call, delivered);
  call.store.put('order', after);
  await call.store.purgePrivate(merchantId, orderNumber, call.caller.actor);
  return { state: after.state, delivery };
}

const ENDED: readonly OrderRow['state'][] = ['voided', 'expired', 'refunded'];

/**
 * Whether this company will not deliver there any more: the order was never placed, has ended, was delivered, or went to
 * another company.
 */
const isOverFor = (order: OrderRow | undefined, logisticsId: string): boolean =>
  order === undefined ||
  isBeforeMoney(order.state) ||
  ENDED.includes(order.state) ||
  order.deliveredAt !== null ||
  order.logisticsId !== logisticsId;

/** Purges every time it is called, because a late pick-up may have written the address again. */
async function purgeAddresses(call: Call<OrderKey>) {
  const { merchantId, orderNumber } = call.input;
  const { actor } = call.caller;
  const order = await orderAt(call.store, call.input);
  ensure(isOverFor(order, actor), 'STATE_CONFLICT', { state: order?.state });
  await call.store.purgePrivate(merchantId, orderNumber, actor);
  return {};
}

async function readAddress(call: Call<InputOf<'logistics', 'readAddress'>>) {
  const { merchantId, orderNumber, ref } = call.input;
  const book = await call.store.getPrivate(merchantId, orderNumber, call.caller.actor);
  return found(
    book?.addresses.find((entry) => entry.ref === ref),
    'ADDRESS_UNKNOWN',
    { ref },
  );
}

async function listCouriers(call: Call<InputOf<'logistics', 'listCouriers'>>) {
  const { logisticsId } = call.input;
  const { couriers } = await fleetOf(call, logisticsId);
  return { couriers: couriers.map((courier) => ({ ...courier, logisticsId })) };
}

async function readQuote(call: Call<InputOf<'logistics', 'readQuote'>>) {
  const { basketDigest, goodsTotal, offers, expiresAt } = await quoteRow(call, call.input);
  return { basketDigest, goodsTotal, offers, expiresAt };
}

export const LogisticsContract = contractOf('logistics', {
  registerCouriers,
  verifyGoods,
  locateGoods,
  quotePrices,
  offerAddresses,
  rankCouriers,
  quote,
  pickUp,
  deliver,
  purgeAddresses,
  readQuote,
  readAddress,
  listCouriers,
});
