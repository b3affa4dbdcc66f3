// SPDX-License-Identifier: Apache-2.0
// The parallel arrows of the patent on real peers: 5 ∥ 6, 9 ∥ 15 and 1101 ∥ 1102 ∥ 1103 ∥ 1104 of one subject are sent at
// the same time and never conflict.
import type { Parties, Purchase, TransactionResult } from '@fabric-offline-pay/sdk';
import type { CustomerDevice } from '@fabric-offline-pay/testing';
import { foundersTopology } from '../support/bare-network.js';
import { lastBlock } from '../support/express-legs.js';
import { networkWorld, type NetworkWorld } from '../support/network-world.js';

const TIMES = 12;
const ROUNDS_AT_ONCE = 4;
const ROUNDS = Array.from({ length: TIMES }, (_, index) => index + 1);

type Submitted = TransactionResult<{
  readonly replayed: boolean;
  readonly units: readonly string[];
}>;
type Submit = () => Promise<Submitted>;

let network: NetworkWorld;
let parties: Parties;
let device: CustomerDevice;
let purchases: readonly Purchase[];

const keyOf = ({ basket: { merchantId, orderNumber } }: Purchase) => ({ merchantId, orderNumber });

/** Sends the same step of every subject at once, then waits until all peers hold the outcome. */
async function everywhere(steps: readonly Promise<Submitted>[]): Promise<void> {
  await parties.catchUp?.(lastBlock(await Promise.all(steps)));
}

beforeAll(async () => {
  // As long as by default: transactions that are sent together shall stand in one block.
  network = await networkWorld({ topology: foundersTopology });
  const { world } = network;
  parties = await world.parties();
  device = await world.customer('customer-1');
  const loginId = await world.login(device);
  purchases = ROUNDS.map((round) =>
    world.purchase(device, loginId, {
      orderNumber: `ORD-${round}`,
      lines: [
        { goods: 'laptop', quantity: 1 },
        { goods: 'charger', quantity: 2 },
      ],
    }),
  );
  await everywhere(purchases.map(({ basket }) => parties.cashier.orderNumber.openBasket(basket)));
}, 300_000);
afterAll(() => network.end(), 60_000);

const runRound = (round: readonly Submit[]): Promise<Submitted[]> =>
  Promise.all(round.map((submit) => submit()));

/** Runs the rounds a few at a time, the units of a round at once, and holds what they answer against the claims. */
async function expectParallel(
  units: readonly string[],
  rounds: readonly (readonly Submit[])[],
): Promise<void> {
  const before = network.clients.statistics;
  const answered: Submitted[][] = [];
  for (let next = 0; next < rounds.length; next += ROUNDS_AT_ONCE)
    answered.push(...(await Promise.all(rounds.slice(next, next + ROUNDS_AT_ONCE).map(runRound))));
  for (const results of answered) {
    expect(results.flatMap(({ result }) => result.units)).toEqual(units);
    expect(results.map(({ attempts }) => attempts)).toEqual(units.map(() => 1));
  }
  expect(network.clients.statistics).toMatchObject({
    conflictsRetried: before.conflictsRetried,
    divisionsRetried: before.divisionsRetried,
  });
  const together = answered.filter(
    (results) => new Set(results.map(({ blockNumber }) => blockNumber)).size === 1,
  );
  console.log(
    `units ${units.join(' ∥ ')}: ${together.length} of ${rounds.length} rounds stand in one block`,
  );
  expect(together.length).toBeGreaterThan(0);
}

test(`both factors of one login, ${TIMES} times`, async () => {
  const { identity } = await network.world.bank('auth-service');
  const logins = ROUNDS.map((round) => ({ loginId: `parallel-${round}` }));
  await everywhere(
    logins.map((login) =>
      identity.verifyIdentity({ ...login, customerId: device.customerId, deviceId: 'phone' }),
    ),
  );
  await everywhere(logins.map((login) => identity.openLogin(login)));
  await everywhere(logins.map((login) => identity.beginAuthentication(login)));
  await expectParallel(
    ['5', '6'],
    logins.map(({ loginId }) => [
      () => identity.attestSms({ loginId, boundTo: 'login', nonce: `sms-${loginId}` }),
      () => identity.attestPassword({ loginId, boundTo: 'login', nonce: `password-${loginId}` }),
    ]),
  );
  await everywhere(logins.map((login) => identity.completeAuthentication(login)));
  const { state } = await identity.readLogin({ loginId: 'parallel-1' });
  expect(state).toBe('authenticated');
});

test(`partition and goods comparison of one order, ${TIMES} times`, async () => {
  const { goods, alarm } = parties.cashier;
  await everywhere(purchases.map((purchase) => goods.verify(keyOf(purchase))));
  await expectParallel(
    ['9', '15'],
    purchases.map(keyOf).map((key) => [() => goods.partition(key), () => alarm.compareGoods(key)]),
  );
});

test(`the four logistics units of one order, ${TIMES} times`, async () => {
  const { logistics } = parties.dispatcher;
  await everywhere(purchases.map((purchase) => logistics.verifyGoods(keyOf(purchase))));
  await expectParallel(
    ['1101', '1102', '1103', '1104'],
    purchases.map((purchase) => {
      const key = keyOf(purchase);
      const options = { transient: { ...purchase.addresses } };
      return [
        () => logistics.locateGoods(key),
        () => logistics.quotePrices(key, options),
        () => logistics.offerAddresses(key, options),
        () => logistics.rankCouriers(key, options),
      ];
    }),
  );
  const joined = await Promise.all(purchases.map((purchase) => logistics.quote(keyOf(purchase))));
  expect(joined.map(({ result }) => result.state)).toEqual(ROUNDS.map(() => 'quoted'));
});
