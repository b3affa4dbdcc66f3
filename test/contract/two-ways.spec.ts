// SPDX-License-Identifier: Apache-2.0
// Stepwise and express as a property: random small orders with random faults end the same both ways, and no block makes or
// loses money. The seed is printed; OFFPAY_SEED=<seed> runs the same orders again.
import fc from 'fast-check';
import {
  CURRENCY,
  GOODS,
  LOGISTICS,
  World,
  type CustomerDevice,
} from '@fabric-offline-pay/testing';
import { leading, valueFor } from '../support/defined.js';
import { SEED } from '../support/seeded.js';
import { CHANNEL, memoryWorld } from '../support/memory-world.js';
import {
  outcomeOf,
  WAYS,
  type Expire,
  type Outcome,
  type Scenario,
  type Way,
} from '../support/both-ways.js';
import { missingMoney } from '../support/money.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';

const RUNS = 25;
const HOLD_SECONDS = 30;

const WRONG_TOTAL = { goodsTotal: '1' };

const lines = fc
  .record({ laptop: fc.integer({ min: 0, max: 1 }), charger: fc.integer({ min: 0, max: 3 }) })
  .map((quantities) =>
    (['laptop', 'charger'] as const)
      .map((goods) => ({ goods, quantity: quantities[goods] }))
      .filter(({ quantity }) => quantity > 0),
  )
  .filter((picked) => picked.length > 0);

/** What goes wrong, as a change of the order. */
const fault: fc.Arbitrary<Scenario> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Scenario>({ order: {} }) },
  fc.constant<Scenario>({ order: { logisticsStatement: { orderNumber: 'ANOTHER' } } }),
  fc.constant<Scenario>({ order: { logisticsStatement: WRONG_TOTAL } }),
  fc.constant<Scenario>({ order: { merchantStatement: { ...WRONG_TOTAL, lines: [] } } }),
  fc.constant<Scenario>({ order: { logisticsStatement: { currency: 'CNY' } } }),
  // Never above the cheapest order: a refused claim leaves a stepwise order matched, and an express one unmatched.
  fc
    .integer({ min: 1, max: Number(GOODS.charger.price) })
    .map((claim) => ({ order: { claim: claim.toString() } })),
  fc.constant<Scenario>({ order: { claim: null, holdSeconds: HOLD_SECONDS }, expires: true }),
  fc.constant<Scenario>({ order: { holdSeconds: 1_000_000 } }),
  fc.constantFrom('courier-paper', 'courier-nobody').map((courierId) => ({ order: {}, courierId })),
);

/** Mostly the price is right. */
const stale = fc.oneof(
  { weight: 7, arbitrary: fc.constant(null) },
  fc.integer({ min: 1, max: 3000 }),
);

const scenario: fc.Arbitrary<Scenario> = fc
  .record({ picked: lines, wrong: fault, stale })
  .map(({ picked, wrong, stale: price }) => ({
    ...wrong,
    order: {
      ...wrong.order,
      lines: picked.map((line) => (price === null ? line : { ...line, price: price.toString() })),
    },
  }));

const story = fc.record({
  money: fc.integer({ min: 1, max: 300_000 }).map(String),
  scenarios: fc.array(scenario, { minLength: 1, maxLength: 3 }),
});

const expire: Expire = ({ bankNode }, key) => {
  passSeconds(HOLD_SECONDS);
  return bankNode.settlement.expire(key);
};

interface Books {
  readonly outcomes: readonly Outcome[];
  readonly merchant: string;
}

async function runWay(
  way: Way,
  world: World,
  device: CustomerDevice,
  scenarios: readonly Scenario[],
): Promise<Books> {
  await world.openShop();
  const outcomes: Outcome[] = [];
  for (const [index, each] of scenarios.entries()) {
    const loginId = await world.login(device);
    outcomes.push(
      await outcomeOf(
        way,
        { world, device, loginId, orderNumber: `ORD-${index}`, scenario: each },
        expire,
      ),
    );
  }
  const { open } = await (
    await world.bank('teller')
  ).settlement.readPayee({ payeeId: world.merchantId, currency: CURRENCY });
  return { outcomes, merchant: open };
}

const comparable = ({ state, code, available }: Outcome) => ({ state, code, available });

beforeAll(stopTime);
afterAll(resumeTime);

test('random orders end the same both ways, and no block makes or loses money', async () => {
  console.log(`seed ${SEED}`);
  const seen = new Set<string>();
  const property = fc.asyncProperty(story, async ({ money, scenarios }) => {
    const { ledger, clientFor } = await memoryWorld();
    let blocks = 0;
    ledger.onBlock(({ number }) => {
      blocks += 1;
      expect({ block: number, missing: missingMoney(ledger.state()) }).toEqual({
        block: number,
        missing: 0n,
      });
    });
    const books = new Map<Way, Books>();
    const logistics: bigint[] = [0n];
    for (const way of WAYS) {
      const world = new World(clientFor, CHANNEL, `shop-${way}`);
      books.set(
        way,
        await runWay(way, world, await world.customer(`customer-${way}`, money), scenarios),
      );
      const { open } = await (
        await world.bank('teller')
      ).settlement.readPayee({ payeeId: LOGISTICS, currency: CURRENCY });
      logistics.push(BigInt(open));
    }
    const [stepwise, express] = [valueFor(books, 'stepwise'), valueFor(books, 'express')];
    expect(express.outcomes.map(comparable)).toEqual(stepwise.outcomes.map(comparable));
    expect(express.merchant).toBe(stepwise.merchant);
    const [atFirst, afterOne, afterBoth] = leading(logistics, 3);
    expect(afterBoth - afterOne).toBe(afterOne - atFirst);
    expect(blocks).toBeGreaterThan(0);
    for (const { state, code } of stepwise.outcomes) seen.add(`${state} ${code ?? ''}`);
  });
  await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: false });
  console.log(`ends seen: ${[...seen].sort().join(', ')}`);
  expect(seen.size).toBeGreaterThan(3);
});

test('the invariant finds money that was made', () => {
  const money = { [CURRENCY]: { available: GOODS.charger.price } };
  expect(missingMoney(new Map([['account/customer-1', JSON.stringify({ money })]]))).toBe(-2490n);
});
