// SPDX-License-Identifier: Apache-2.0
// Stepwise and express on real peers: the same orders in two shops, one shop a way, end in the same states with the same
// refusals and the same money.
import type { InputOf } from '@fabric-offline-pay/domain';
import { RefusedError } from '@fabric-offline-pay/sdk';
import { CURRENCY, GOODS, LOGISTICS, type World } from '@fabric-offline-pay/testing';
import { earnedBy } from '../support/balances.js';
import {
  outcomeOf,
  WAYS,
  type Expire,
  type Outcome,
  type Scenario,
  type Way,
} from '../support/both-ways.js';
import { defined, valueFor } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import { networkWorld, type NetworkWorld } from '../support/network-world.js';

/** What the bank allows a shop to sell. */
type Licence = 'ordinary' | 'none' | 'chargers';

interface Case extends Scenario {
  readonly shop?: Licence;
  readonly money?: string;
  readonly expected: Partial<Outcome>;
}

const refused = (code: Outcome['code']): Partial<Outcome> => ({ state: 'refused', code });

const ONE_CHARGER = {
  goodsTotal: GOODS.charger.price,
  lines: [{ gtin: GOODS.charger.gtin, quantity: 1 }],
};

const CASES: Readonly<Record<string, Case>> = {
  ordinary: { order: {}, expected: { state: 'released', code: null } },
  'several-lines': {
    order: {
      lines: [
        { goods: 'laptop', quantity: 1 },
        { goods: 'charger', quantity: 3 },
      ],
    },
    expected: { state: 'released', code: null },
  },
  'number-differs': {
    order: { logisticsStatement: { orderNumber: 'ANOTHER' } },
    expected: { state: 'blocked' },
  },
  'quantity-differs': {
    order: { merchantStatement: { lines: ONE_CHARGER.lines } },
    expected: { state: 'blocked' },
  },
  'amount-differs': {
    order: { logisticsStatement: { goodsTotal: ONE_CHARGER.goodsTotal } },
    expected: { state: 'blocked' },
  },
  'partly-claimed': {
    order: { claim: '2000' },
    expected: { state: 'partiallyCaptured', code: null },
  },
  expired: {
    order: { claim: null, holdSeconds: 2 },
    expires: true,
    expected: { state: 'expired', code: null, available: '1000000' },
  },
  'stale-price': {
    order: { lines: [{ goods: 'charger', quantity: 1, price: '1990' }] },
    expected: refused('GOODS_DIGEST_MISMATCH'),
  },
  unlicensed: { order: {}, shop: 'none', expected: refused('MERCHANT_NOT_LICENSED') },
  'category-not-allowed': {
    order: { lines: [{ goods: 'laptop', quantity: 1 }] },
    shop: 'chargers',
    expected: refused('CATEGORY_NOT_ALLOWED'),
  },
  'courier-not-quoted': {
    order: {},
    courierId: 'courier-paper',
    expected: refused('COURIER_NOT_ELIGIBLE'),
  },
  'too-poor': { order: {}, money: '5000', expected: refused('INSUFFICIENT_FUNDS') },
  'above-limit': {
    order: { lines: [{ goods: 'laptop', quantity: 6 }] },
    expected: refused('LIMIT_EXCEEDED'),
  },
};

type MerchantInput = InputOf<'goods', 'licenseMerchants'>['merchants'][number];

/** Shops that open with another licence than the world's. */
const LICENCES: Readonly<Partial<Record<Licence, Pick<MerchantInput, 'licence' | 'categories'>>>> =
  {
    none: { licence: null, categories: ['43000000', '26000000'] },
    chargers: { licence: { number: 'LIC-2', validUntil: 4_102_444_800 }, categories: ['26000000'] },
  };

interface Books {
  readonly outcomes: Readonly<Record<string, Outcome>>;
  readonly merchant: string;
  readonly logistics: bigint;
  readonly totals: Readonly<Record<string, bigint>>;
}

let network: NetworkWorld;
const books = new Map<Way, Books>();

const openShop = (way: Way, licence: Licence): Promise<World> =>
  network.shop(`shop-${way}-${licence}`, LICENCES[licence]);

const expire: Expire = ({ bankNode }, key) =>
  eventually('the hold to run out', async () => {
    try {
      return await bankNode.settlement.expire(key);
    } catch (error) {
      if (error instanceof RefusedError && error.code === 'HOLD_NOT_EXPIRED') return undefined;
      throw error;
    }
  });

async function runCase(
  way: Way,
  shops: Readonly<Record<Licence, World>>,
  [name, scenario]: [string, Case],
): Promise<[string, Outcome]> {
  const world = shops[scenario.shop ?? 'ordinary'];
  const device = await world.customer(`${way}-${name}`, scenario.money);
  const loginId = await world.login(device);
  return [
    name,
    await outcomeOf(way, { world, device, loginId, orderNumber: name, scenario }, expire),
  ];
}

/** All money by part, to compute what one way moved. */
async function totals(): Promise<Record<string, bigint>> {
  const { currencies } = await (await network.world.bank('auditor')).settlement.totals({});
  return Object.fromEntries(
    Object.entries(currencies[CURRENCY] ?? {}).map(([part, sum]) => [part, BigInt(sum)]),
  );
}

const earned = async (payeeId: string): Promise<bigint> =>
  earnedBy(await network.world.bank('teller'), payeeId);

async function runWay(way: Way): Promise<Books> {
  const before = { totals: await totals(), logistics: await earned(LOGISTICS) };
  const [ordinary, none, chargers] = await Promise.all([
    openShop(way, 'ordinary'),
    openShop(way, 'none'),
    openShop(way, 'chargers'),
  ]);
  const shops = { ordinary, none, chargers };
  const outcomes = await Promise.all(
    Object.entries(CASES).map((entry) => runCase(way, shops, entry)),
  );
  const after = await totals();
  expect(after['onLedger']).toBe(
    defined(after['issued'], 'issued') - defined(after['redeemed'], 'redeemed'),
  );
  return {
    outcomes: Object.fromEntries(outcomes),
    merchant: (await earned(shops.ordinary.merchantId)).toString(),
    logistics: (await earned(LOGISTICS)) - before.logistics,
    totals: Object.fromEntries(
      Object.entries(after).map(([part, sum]) => [part, sum - (before.totals[part] ?? 0n)]),
    ),
  };
}

beforeAll(async () => {
  network = await networkWorld();
  for (const way of WAYS) books.set(way, await runWay(way));
}, 400_000);
afterAll(() => network.end(), 60_000);

const outcome = (way: Way, name: string): Outcome =>
  defined(valueFor(books, way).outcomes[name], `outcome of ${name}`);

test.each(Object.entries(CASES))('%s: both ways end the same', (name, { expected }) => {
  const [stepwise, express] = [outcome('stepwise', name), outcome('express', name)];
  expect(stepwise).toMatchObject(expected);
  expect({ state: express.state, code: express.code, available: express.available }).toEqual({
    state: stepwise.state,
    code: stepwise.code,
    available: stepwise.available,
  });
});

test.each(['ordinary', 'several-lines', 'partly-claimed'])(
  '%s: the same units, in three transactions express',
  (name) => {
    const [stepwise, express] = [outcome('stepwise', name), outcome('express', name)];
    expect(express.units).toEqual(stepwise.units);
    expect(express.transactions).toBe(3);
  },
);

test('payees and totals are equal', () => {
  const [stepwise, express] = [valueFor(books, 'stepwise'), valueFor(books, 'express')];
  expect(BigInt(stepwise.merchant)).toBeGreaterThan(0n);
  expect({ ...express, outcomes: {} }).toEqual({ ...stepwise, outcomes: {} });
});
