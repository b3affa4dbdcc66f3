// SPDX-License-Identifier: Apache-2.0
// The budget of state operations: every submitted transaction of the table, run in its costliest ways with orders of one
// and of five lines, stays within what the table declares. Set OFFPAY_PRINT=1 to see the figures.
import { ALL_TRANSACTIONS } from '@fabric-offline-pay/domain';
import { runExpress } from '@fabric-offline-pay/sdk';
import { RUNS } from '../support/both-ways.js';
import { firstOf, lastOf } from '../support/defined.js';
import { EveryTransaction } from '../support/every-transaction.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { endOffline, liveOffline } from '../support/offline-lives.js';
import { OperationsMeter, operationsOf, type Measured } from '../support/operations.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';

const SIZES = [1, 5];
const EXPRESS_FIXED = 7;

let memory: MemoryWorld;
let meter: OperationsMeter;
let every: EveryTransaction;

beforeAll(async () => {
  stopTime();
  memory = await memoryWorld();
  meter = new OperationsMeter(memory.ledger);
  every = new EveryTransaction({ ...memory, passSeconds });
  await every.open();
});
beforeEach(() => every.newCustomer());
afterAll(resumeTime);

test.each(RUNS.flatMap(([way, run]) => SIZES.map((size) => [way, size, run] as const)))(
  '%s orders of %i lines',
  async (_, size, run) => {
    await every.liveAllLives(run, size);
    const { loginId, before } = await every.loginAgain();
    expect(loginId).not.toBe(before);
  },
);

test('delivery-gated orders', () => every.deliveryGated());

test('orders in which every party is blamed', () => every.blameAll());

test.each(SIZES)(
  'goods that changed are found by both passes of unit 15: %i lines',
  async (size) => {
    expect(await every.changedGoods(size)).toEqual({ clean: false, state: 'blocked' });
  },
);

test('everything around orders', () => every.everythingAroundOrders());

test.each(SIZES)('offline payments of %i devices', (size) => liveOffline(memory, size));

test('offline payments whose time is short', () => endOffline(memory));

test.each(SIZES)(
  'an ordinary express leg of %i lines takes at most seven operations and one a line',
  async (size) => {
    const before = memory.ledger.blocks().length;
    await runExpress(every.parties, every.purchaseOf(size));
    const legs = memory.ledger
      .blocks()
      .slice(before)
      .flatMap(({ transactions }) => transactions);
    expect(legs.map((leg) => leg.function)).toEqual([
      'express:quote',
      'express:order',
      'express:settle',
    ]);
    expect(Math.max(...legs.map(operationsOf))).toBeLessThanOrEqual(EXPRESS_FIXED + size);
  },
);

describe('together', () => {
  /** The runs that must use the whole budget: both ends of a budget that grows, else the costliest. */
  const ofSizes = (runs: readonly Measured[]): Measured[] => {
    const [first, last] = [firstOf(runs), lastOf(runs)];
    if (first.declared !== last.declared) return [first, last];
    return [runs.reduce((most, run) => (run.actual > most.actual ? run : most))];
  };
  const isOver = ({ actual, declared }: Measured): boolean => actual > declared;

  afterAll(() => {
    if (process.env['OFFPAY_PRINT'] !== undefined) console.table(meter.measured);
  });

  test('every submitted transaction of the table was run', () => {
    const run = new Set(meter.measured.map(({ transaction }) => transaction));
    const submitted = ALL_TRANSACTIONS.filter(({ kind }) => kind === 'submit').map(
      ({ fullName }) => fullName,
    );
    expect(submitted.filter((name) => !run.has(name))).toEqual([]);
  });

  test('none needs more operations than the table declares', () => {
    expect(meter.measured.filter(isOver)).toEqual([]);
  });

  test('none declares more than it needs, at its smallest and its largest size', () => {
    const slack = [...new Set(meter.measured.map(({ transaction }) => transaction))].flatMap(
      (name) => ofSizes(meter.measured.filter(({ transaction }) => transaction === name)),
    );
    expect(slack.filter(({ actual, declared }) => actual < declared)).toEqual([]);
  });
});
