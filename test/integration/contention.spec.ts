// SPDX-License-Identifier: Apache-2.0
// A busy merchant, a contested hold and a roll-up under load, on real peers: payments never conflict with each other, no
// hold is captured twice, and no entry is lost.
import type { Role } from '@fabric-offline-pay/domain';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import {
  RefusedError,
  runExpress,
  runStepwise,
  Statistics,
  type Connection,
  type Parties,
  type Purchase,
  type StatisticsSnapshot,
} from '@fabric-offline-pay/sdk';
import { CURRENCY, LOGISTICS, MERCHANT, type CustomerDevice } from '@fabric-offline-pay/testing';
import { earnedBy, expectLedgerBalanced } from '../support/balances.js';
import { defined, firstOf, itemAt, itemRound } from '../support/defined.js';
import { lastBlock, orderLeg, quoteLeg, settleLeg, signQuoted } from '../support/express-legs.js';
import { connectVia } from '../support/foreign-gateway.js';
import { stepUpFor } from '../support/histories.js';
import { networkWorld, type NetworkWorld } from '../support/network-world.js';

const CUSTOMERS = 40;
const GATEWAYS: readonly Role[] = ['bank', 'merchant', 'logistics'];

interface Payer {
  readonly device: CustomerDevice;
  readonly loginId: string;
}

type Submitted = { readonly attempts: number; readonly blockNumber: bigint };

let network: NetworkWorld;
let parties: Parties;
let payers: readonly Payer[];

const statistics = (): StatisticsSnapshot => network.clients.statistics;

async function enrol(index: number): Promise<Payer> {
  const device = await network.world.customer(`customer-${index}`);
  return { device, loginId: await network.world.login(device) };
}

beforeAll(async () => {
  network = await networkWorld();
  parties = await network.world.parties();
  payers = await Promise.all(Array.from({ length: CUSTOMERS }, (_, index) => enrol(index)));
}, 300_000);
afterAll(() => network.end(), 60_000);

const purchasesOf = (name: string): Purchase[] =>
  payers.map(({ device, loginId }, index) =>
    network.world.purchase(device, loginId, { orderNumber: `${name}-${index}` }),
  );

/** Sends one step of all orders at the same time, then waits until all peers hold the outcome. */
async function wave<Result extends Submitted>(
  steps: readonly Promise<Result>[],
): Promise<Result[]> {
  const results = await Promise.all(steps);
  await parties.catchUp?.(lastBlock(results));
  return results;
}

/** Takes one order of every customer to where only the bank's leg is missing. */
async function placeOrders(name: string): Promise<{
  readonly keys: { merchantId: string; orderNumber: string }[];
  readonly totals: bigint[];
  readonly results: Submitted[];
}> {
  const purchases = purchasesOf(name);
  const quoted = await wave(purchases.map((purchase) => quoteLeg(parties, purchase)));
  const signed = await Promise.all(
    purchases.map((purchase, index) => signQuoted(purchase, itemAt(quoted, index))),
  );
  const ordered = await wave(signed.map((order) => orderLeg(parties, order)));
  return {
    keys: signed.map(({ terms: { merchantId, orderNumber } }) => ({ merchantId, orderNumber })),
    // The fee waits for the delivery.
    totals: signed.map(({ terms }) => BigInt(terms.goodsTotal)),
    results: [...quoted, ...ordered],
  };
}

/** What merchant and logistics company have together, rolled up or not. */
async function earned(): Promise<bigint> {
  const teller = await network.world.bank('teller');
  const sums = await Promise.all([MERCHANT, LOGISTICS].map((payeeId) => earnedBy(teller, payeeId)));
  return sums.reduce((sum, each) => sum + each, 0n);
}

const expectBalanced = async (): Promise<void> =>
  expectLedgerBalanced(await network.world.bank('auditor'));

const total = (amounts: readonly bigint[]): bigint =>
  amounts.reduce((sum, amount) => sum + amount, 0n);

test(`${CUSTOMERS} customers pay one merchant at the same time, and none conflicts`, async () => {
  const before = statistics();
  const results = await Promise.all(
    purchasesOf('EXPRESS').map((purchase) => runExpress(parties, purchase)),
  );
  expect(results.map(({ state }) => state)).toEqual(payers.map(() => 'released'));
  expect(statistics().conflictsRetried).toBe(before.conflictsRetried);
  await expectBalanced();
});

test(`the last leg of ${CUSTOMERS} orders at the same time succeeds at its first submission`, async () => {
  const before = statistics();
  const sum = await earned();
  const { keys, totals, results } = await placeOrders('LEG');
  const settled = await wave(keys.map((key) => settleLeg(parties, key)));
  expect(settled.map(({ result }) => result.state)).toEqual(payers.map(() => 'released'));
  expect([...results, ...settled].filter(({ attempts }) => attempts !== 1)).toEqual([]);
  expect(statistics().conflictsRetried).toBe(before.conflictsRetried);
  expect(await earned()).toBe(sum + total(totals));
  const fullest = Math.max(
    ...settled.map(
      ({ blockNumber }) => settled.filter((other) => other.blockNumber === blockNumber).length,
    ),
  );
  console.log(
    `last legs: ${new Set(settled.map(({ blockNumber }) => blockNumber)).size} blocks, ${fullest} in the fullest`,
  );
  expect(fullest).toBeGreaterThan(1);
  await expectBalanced();
});

test('a roll-up meanwhile: no payment conflicts, nothing is lost', async () => {
  const payee = { payeeId: MERCHANT, currency: CURRENCY };
  const sum = await earned();
  const { keys, totals } = await placeOrders('ROLL');
  const half = keys.length / 2;
  const first = keys.slice(0, half).map((key) => settleLeg(parties, key));
  const rolled = rollUpPayee(parties.bankNode, payee);
  const second = keys.slice(half).map((key) => settleLeg(parties, key));
  const settled = await wave([...first, ...second]);
  await rolled;
  expect(settled.filter(({ attempts }) => attempts > 1)).toEqual([]);
  expect(settled.map(({ result }) => result.state)).toEqual(payers.map(() => 'released'));
  expect(await earned()).toBe(sum + total(totals));
  await expectBalanced();
});

describe('one hold, captured 20 times at once through the gateways of three peers', () => {
  const PART = 10_000n;
  const CLAIMS = 20;
  /** Fewer names than claims: some arrive twice, through different gateways. */
  const NAMES = 14;
  const counted = new Statistics();
  let connections: readonly Connection[];

  beforeAll(() => {
    connections = GATEWAYS.map((via) =>
      connectVia(network.clients, { role: 'bank', attribute: 'bank-node' }, via, counted),
    );
  });
  afterAll(() => connections.forEach((connection) => connection.close()));

  test('captures no more than was authorised', async () => {
    const { device, loginId } = firstOf(payers);
    const purchase = network.world.purchase(device, loginId, {
      orderNumber: 'CONTESTED',
      lines: [{ goods: 'laptop', quantity: 1 }],
      claim: null,
    });
    const stepped = stepUpFor(network.world, purchase);
    const { state, passages } = await runStepwise(parties, stepped);
    expect(state).toBe('matched');
    await parties.catchUp?.(lastBlock(passages));
    const key = { merchantId: MERCHANT, orderNumber: 'CONTESTED' };
    const sum = await earned();
    const claims = Array.from({ length: CLAIMS }, (_, index) => {
      const { settlement } = itemRound(connections, index).client;
      return settlement.capture({
        ...key,
        captureId: `claim-${index % NAMES}`,
        amount: PART.toString(),
      });
    });
    const outcomes = await Promise.allSettled(claims);
    const answered = outcomes.flatMap((outcome) =>
      outcome.status === 'fulfilled' ? [outcome.value] : [],
    );
    await parties.catchUp?.(lastBlock(answered));
    const hold = defined((await parties.bankNode.orderNumber.readOrder(key)).hold, 'hold');
    const captured = answered.flatMap(({ result }) => (result.replayed ? [] : [PART]));
    expect(counted.snapshot().conflictsRetried).toBeGreaterThan(0);
    const refusals = outcomes.flatMap((outcome): unknown[] =>
      outcome.status === 'rejected' ? [outcome.reason] : [],
    );
    expect(
      refusals.map((reason) => (reason instanceof RefusedError ? reason.code : reason)),
    ).toEqual(refusals.map(() => 'HOLD_EXCEEDED'));
    expect(captured).toHaveLength(Number(BigInt(hold.authorised) / PART));
    expect(BigInt(hold.captured)).toBe(total(captured));
    expect(Object.keys(hold.captures)).toHaveLength(captured.length);
    expect(await earned()).toBe(sum + total(captured) - BigInt(hold.fee));
    await expectBalanced();
  });
});
