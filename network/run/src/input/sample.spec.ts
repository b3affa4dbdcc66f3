// SPDX-License-Identifier: Apache-2.0
// The sample loads without any problem, is consistent, and holds every way in which an order can end.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  addAmounts,
  BLAMELESS,
  DEFAULT_POLICY,
  isAtLeast,
  isCategoryAllowed,
  locationsOf,
  multiplyAmount,
  rankCouriers,
  servesZone,
  UNRATED,
  zoneOf,
  type Courier,
  type Place,
} from '@fabric-offline-pay/domain';
import { isValidPhoneNumber } from 'libphonenumber-js';
import { itemAt, itemWhere, valueFor } from '../../../../test/support/defined.js';
import { inputPaths } from './input-paths.js';
import { loadInput } from './load-input.js';
import { orderPairKey, pairWaybills } from './pair-waybills.js';
import type { Order } from './rows/order.js';

interface Expected {
  readonly line: number;
  readonly orderNumber: string;
  readonly merchantId: string;
  readonly finalState: string;
  readonly refusal: string | null;
  readonly mismatch?: string;
}

const SAMPLE_FOLDER = join(__dirname, '..', '..', 'sample');
const input = loadInput(inputPaths(SAMPLE_FOLDER));
const expected = JSON.parse(
  readFileSync(join(SAMPLE_FOLDER, 'expected.json'), 'utf8'),
) as Expected[];
const expectedByLine = new Map(expected.map((entry) => [entry.line, entry]));

const goodsOf = ({ merchantId, lines }: Order) =>
  lines.map(({ gtin }) =>
    itemWhere(input.goods, (row) => row.merchantId === merchantId && row.gtin === gtin),
  );
const customerOf = ({ customerId }: Order) =>
  itemWhere(input.customers, (row) => row.customerId === customerId);
const merchantOf = ({ merchantId }: Order) =>
  itemWhere(input.merchants, (row) => row.merchantId === merchantId);
const goodsTotal = ({ lines }: Order): string =>
  addAmounts(...lines.map(({ unitPrice, quantity }) => multiplyAmount(unitPrice, quantity)));
const isPlaced = ({ line }: { readonly line: number }): boolean =>
  !['refused', 'replayed'].includes(valueFor(expectedByLine, line).finalState);
const placed = input.orders.filter(isPlaced);
const refused = (code: string) =>
  input.orders.filter(({ line }) => valueFor(expectedByLine, line).refusal === code);

/** The couriers, nobody rated yet. */
const couriers: readonly Courier[] = input.couriers.map((courier) => ({
  ...courier,
  active: true,
  rating: UNRATED,
  conduct: BLAMELESS,
  revision: 0,
}));
const zoneAt = (place: Place) => zoneOf(DEFAULT_POLICY.addressZone, place);

/** The domain's own ranking of couriers. */
const quotesFor = (order: Order, place: Place) =>
  rankCouriers(
    couriers,
    {
      standards: { now: 0, ratings: DEFAULT_POLICY.ratings, conduct: DEFAULT_POLICY.conduct },
      locations: locationsOf(goodsOf(order)),
      weightGrams: goodsOf(order).reduce(
        (sum, { weightGrams }, index) => sum + weightGrams * itemAt(order.lines, index).quantity,
        0,
      ),
      categories: goodsOf(order).map(({ category }) => category),
      currency: order.currency,
    },
    zoneAt(place),
  );
const placeOf = (order: Order): Place =>
  itemWhere(customerOf(order).addresses, ({ number }) => number === order.address).place;
describe('the sample', () => {
  it('loads without any problem', () => {
    expect(input.problems).toEqual([]);
  });

  it('is as large as promised', () => {
    expect(input.merchants.length).toBeGreaterThanOrEqual(12);
    expect(input.goods.length).toBeGreaterThanOrEqual(220);
    expect(input.couriers.length).toBeGreaterThanOrEqual(10);
    expect(input.customers.length).toBeGreaterThanOrEqual(34);
    expect(input.orders.length).toBeGreaterThanOrEqual(70);
    expect(input.merchantOrders.length).toBe(placed.length);
    expect(input.waybills.length).toBe(placed.length);
  });

  it('says of every row of orders.csv how it ends', () => {
    const rows = input.orders.map(({ line, orderNumber, merchantId }) => ({
      line,
      orderNumber,
      merchantId,
    }));
    expect(
      expected.map(({ line, orderNumber, merchantId }) => ({ line, orderNumber, merchantId })),
    ).toEqual(rows);
  });

  it.each([
    ['PROFILE_INCOMPLETE'],
    ['CODE_WRONG'],
    ['PASSWORD_WRONG'],
    ['CODE_EXPIRED'],
    ['GOODS_DIGEST_MISMATCH'],
    ['GOODS_WITHDRAWN'],
    ['MERCHANT_NOT_LICENSED'],
    ['CATEGORY_NOT_ALLOWED'],
    ['COURIER_NOT_ELIGIBLE'],
    ['INSUFFICIENT_FUNDS'],
    ['IDEMPOTENCY_CONFLICT'],
  ])('holds a refusal %s', (code) => {
    expect(refused(code).length).toBeGreaterThanOrEqual(1);
  });

  it.each([
    ['released'],
    ['captured'],
    ['blocked'],
    ['voided'],
    ['refunded'],
    ['expired'],
    ['refused'],
    ['replayed'],
  ])('holds an order that ends %s', (state) => {
    expect(expected.filter(({ finalState }) => finalState === state)).not.toHaveLength(0);
  });

  it('holds at least 40 ordinary successes', () => {
    const ordinary = expected.filter(
      ({ finalState, mismatch }) => finalState === 'released' && mismatch === undefined,
    );
    expect(ordinary.length).toBeGreaterThanOrEqual(40);
  });

  it.each([
    ['orderNumber', 'blocked'],
    ['quantity', 'blocked'],
    ['amount', 'blocked'],
    ['quantity', 'released'],
    ['amount', 'voided'],
  ])('holds a mismatch in %s that ends %s', (field, state) => {
    const found = expected.filter(
      ({ mismatch, finalState }) => mismatch === field && finalState === state,
    );
    expect(found.length).toBeGreaterThanOrEqual(1);
  });

  it('differs between the three parties in exactly what it says', () => {
    const waybills = pairWaybills(placed, input.waybills);
    for (const order of placed) {
      const record = itemWhere(
        input.merchantOrders,
        (row) => orderPairKey(row) === orderPairKey(order),
      );
      const waybill = valueFor(waybills, orderPairKey(order));
      const quantities = (lines: readonly { readonly quantity: number }[]) =>
        lines.map(({ quantity }) => quantity).join();
      const differences = [
        waybill.orderNumber === order.orderNumber ? [] : ['orderNumber'],
        quantities(waybill.lines) === quantities(order.lines) ? [] : ['quantity'],
        record.goodsTotal === goodsTotal(order) && waybill.declaredValue === goodsTotal(order)
          ? []
          : ['amount'],
      ].flat();
      expect({ line: order.line, differences }).toEqual({
        line: order.line,
        differences: [valueFor(expectedByLine, order.line).mismatch ?? []].flat(),
      });
    }
  });

  it('offers a courier for every order placed, and the one that the customer names', () => {
    for (const order of placed) {
      const quoted = quotesFor(order, placeOf(order)).map(({ courierId }) => courierId);
      expect(quoted).toContain(order.courierId ?? quoted[0] ?? 'none');
    }
  });

  it('names a courier that may not carry the goods where it says so, though it goes there', () => {
    for (const order of refused('COURIER_NOT_ELIGIBLE')) {
      const courier = itemWhere(couriers, ({ courierId }) => courierId === order.courierId);
      const place = placeOf(order);
      expect(servesZone(courier, zoneAt(place))).toBe(true);
      expect(
        goodsOf(order).every(({ category }) => isCategoryAllowed(courier.categories, category)),
      ).toBe(false);
      expect(quotesFor(order, place)).not.toHaveLength(0);
    }
  });

  it('lets every customer pay all orders placed, whichever courier and in any sequence', () => {
    for (const customer of input.customers) {
      const own = placed.filter(({ customerId }) => customerId === customer.customerId);
      const sums = own.map((order) => {
        const fees = quotesFor(order, placeOf(order)).map(({ fee }) => fee);
        return addAmounts(goodsTotal(order), fees.at(-1) ?? '0');
      });
      const money = addAmounts(customer.balance, customer.instrumentBalance ?? '0');
      expect(isAtLeast(money, addAmounts(...sums))).toBe(true);
    }
    for (const order of refused('INSUFFICIENT_FUNDS')) {
      expect(isAtLeast(customerOf(order).balance, goodsTotal(order))).toBe(false);
    }
  });

  it('shows the registered price on every page except where the page is stale', () => {
    for (const order of input.orders) {
      const prices = goodsOf(order).map(({ price }) => price);
      const isStale = valueFor(expectedByLine, order.line).refusal === 'GOODS_DIGEST_MISMATCH';
      expect(order.lines.every(({ unitPrice }, index) => unitPrice === prices[index])).toBe(
        !isStale,
      );
    }
  });

  it('has withdrawn goods, missing licences and uncovered categories in the orders that say so, and nowhere else', () => {
    for (const order of input.orders) {
      const { refusal } = valueFor(expectedByLine, order.line);
      const merchant = merchantOf(order);
      const goods = goodsOf(order);
      expect({
        line: order.line,
        withdrawn: goods.some(({ withdrawn }) => withdrawn),
        unlicensed: merchant.licence === null,
        uncovered: !goods.every(({ category }) => isCategoryAllowed(merchant.categories, category)),
      }).toEqual({
        line: order.line,
        withdrawn: refusal === 'GOODS_WITHDRAWN',
        unlicensed: refusal === 'MERCHANT_NOT_LICENSED',
        uncovered: refusal === 'CATEGORY_NOT_ALLOWED',
      });
    }
  });

  it('has the typing mistakes and incomplete profiles in the orders that say so, and nowhere else', () => {
    for (const order of input.orders) {
      const { refusal } = valueFor(expectedByLine, order.line);
      const { email, birthDate, addresses } = customerOf(order);
      expect({
        line: order.line,
        isIncomplete: email === null || birthDate === null || addresses.length === 0,
        password: order.typedPassword !== null,
        code: order.typedCode !== null,
        isLate: order.codeDelaySeconds > 15,
      }).toEqual({
        line: order.line,
        isIncomplete: refusal === 'PROFILE_INCOMPLETE',
        password: refusal === 'PASSWORD_WRONG',
        code: refusal === 'CODE_WRONG',
        isLate: refusal === 'CODE_EXPIRED',
      });
    }
  });

  it('repeats an order number only to replay it, to contradict it, or at another merchant', () => {
    const first = new Map<string, string>();
    for (const row of input.orders) {
      const { line, ...order } = { ...row, file: '' };
      const key = orderPairKey(order);
      const { finalState, refusal } = valueFor(expectedByLine, line);
      const earlier = first.get(key);
      expect(finalState === 'replayed' || refusal === 'IDEMPOTENCY_CONFLICT').toBe(
        earlier !== undefined,
      );
      if (earlier === undefined) first.set(key, JSON.stringify(order));
      else expect(earlier === JSON.stringify(order)).toBe(finalState === 'replayed');
    }
    const numbers = new Set([...first.keys()].map((key) => key.split('/')[1]));
    expect(numbers.size).toBeLessThan(first.size);
  });

  it('uses every follow-up, a poor courier and a defect among them', () => {
    const followUps = placed.flatMap((order) => order.followUps);
    expect(new Set(followUps.map(({ verb }) => verb))).toEqual(
      new Set([
        'capture',
        'refund',
        'dispute',
        'alarm',
        'expire',
        'undelivered',
        'unproven',
        'rate',
      ]),
    );
    const ratings = followUps.filter((followUp) => followUp.verb === 'rate');
    expect(ratings.some(({ courier }) => courier === 1)).toBe(true);
    expect(ratings.some(({ defect }) => defect)).toBe(true);
  });

  it('never claims or refunds more than the goods cost', () => {
    for (const order of placed) {
      for (const followUp of order.followUps) {
        if ('amount' in followUp) expect(isAtLeast(goodsTotal(order), followUp.amount)).toBe(true);
      }
    }
  });

  it('has telephone numbers that could exist and at least three incomplete profiles', () => {
    expect(input.customers.filter(({ phone }) => !isValidPhoneNumber(phone))).toEqual([]);
    const incomplete = input.customers.filter(
      ({ email, birthDate, addresses }) =>
        email === null || birthDate === null || addresses.length === 0,
    );
    expect(incomplete.length).toBeGreaterThanOrEqual(3);
  });
});
