// SPDX-License-Identifier: Apache-2.0
// Units 7 and 18 have effect on real peers: a bad history lowers the limit and gates the money by delivery; ratings
// exclude a courier, refuse defective goods, and gate the money of a merchant.
import type { InputOf } from '@fabric-offline-pay/domain';
import {
  runExpress,
  runStepwise,
  signRatings,
  type Parties,
  type Purchase,
} from '@fabric-offline-pay/sdk';
import {
  GOODS,
  LOGISTICS,
  type CustomerDevice,
  type PurchaseOptions,
  type World,
} from '@fabric-offline-pay/testing';
import { fullHistory, stepUpFor } from '../support/histories.js';
import { networkWorld, type NetworkWorld } from '../support/network-world.js';

type Ratings = InputOf<'feedback', 'rate'>['ratings'];

/** Above half of the order limit, below all of it. */
const THREE_LAPTOPS: Pick<PurchaseOptions, 'lines'> = { lines: [{ goods: 'laptop', quantity: 3 }] };
const RATERS = 3;

let network: NetworkWorld;
let world: World;
let parties: Parties;

const keyOf = ({ basket: { merchantId, orderNumber } }: Purchase) => ({ merchantId, orderNumber });

async function purchaseOf(device: CustomerDevice, options: PurchaseOptions): Promise<Purchase> {
  return stepUpFor(world, world.purchase(device, await world.login(device), options));
}

/** Captured money stays on the hold until the delivery is confirmed. */
async function expectGated(purchase: Purchase): Promise<void> {
  const { settlement } = parties.bankNode;
  expect((await runExpress(parties, purchase)).state).toBe('captured');
  await expect(settlement.release(keyOf(purchase))).rejects.toMatchObject({
    code: 'RELEASE_NOT_DUE',
  });
  const { result } = await world.deliver(purchase.basket.orderNumber);
  expect(result.state).toBe('released');
}

async function couriersQuoted(purchase: Purchase): Promise<string[]> {
  const { offers } = await parties.dispatcher.logistics.readQuote({
    ...keyOf(purchase),
    logisticsId: LOGISTICS,
  });
  return offers.flatMap(({ couriers }) => couriers.map(({ courierId }) => courierId));
}

beforeAll(async () => {
  network = await networkWorld();
  world = network.world;
  parties = await world.parties();
}, 300_000);
afterAll(() => network.end(), 60_000);

test('a bad history lowers the limit and moves the release to delivery', async () => {
  const [good, bad] = await Promise.all([
    world.customer('customer-good'),
    world.customer('customer-bad'),
  ]);
  await fullHistory(world, bad);
  const dear = await purchaseOf(bad, { orderNumber: 'BAD-1', ...THREE_LAPTOPS });
  await expect(runExpress(parties, dear)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  await expectGated(await purchaseOf(bad, { orderNumber: 'BAD-2' }));
  const same = await purchaseOf(good, { orderNumber: 'GOOD-1', ...THREE_LAPTOPS });
  expect((await runExpress(parties, same)).state).toBe('released');
});

describe('published ratings', () => {
  let device: CustomerDevice;

  const buyAndRate = async (index: number): Promise<void> => {
    const rater = await world.customer(`rater-${index}`);
    const purchase = await purchaseOf(rater, { orderNumber: `RATED-${index}` });
    expect((await runExpress(parties, purchase)).state).toBe('released');
    expect(await couriersQuoted(purchase)).toEqual(['courier-cheap', 'courier-dear']);
    await world.deliver(purchase.basket.orderNumber);
    const ratings: Ratings = [
      { subject: 'goods', subjectId: GOODS.charger.gtin, stars: 1, defect: true },
      { subject: 'merchant', subjectId: world.merchantId, stars: 1, defect: false },
      { subject: 'courier', subjectId: 'courier-cheap', stars: 2, defect: false },
    ];
    await parties.bankNode.feedback.rate({
      ...keyOf(purchase),
      ratings,
      signature: signRatings(rater.privateKey, keyOf(purchase), ratings),
    });
  };

  beforeAll(async () => {
    await Promise.all(Array.from({ length: RATERS }, (_, index) => buyAndRate(index)));
    const { feedback } = parties.bankNode;
    const published = await Promise.all([
      feedback.publish({
        subject: 'goods',
        owner: world.merchantId,
        subjectId: GOODS.charger.gtin,
      }),
      feedback.publish({
        subject: 'merchant',
        owner: world.merchantId,
        subjectId: world.merchantId,
      }),
      feedback.publish({
        subject: 'courier',
        owner: LOGISTICS,
        subjectId: 'courier-cheap',
      }),
    ]);
    expect(
      published.map(({ result: { weight, stars, defects } }) => ({ weight, stars, defects })),
    ).toEqual([
      { weight: RATERS * 1000, stars: RATERS * 1000, defects: RATERS * 1000 },
      { weight: RATERS * 1000, stars: RATERS * 1000, defects: 0 },
      { weight: RATERS * 1000, stars: RATERS * 2000, defects: 0 },
    ]);
    device = await world.customer('customer-after');
  }, 120_000);

  test.each([
    ['stepwise', runStepwise],
    ['express', runExpress],
  ])('unit 8 refuses defective goods, %s', async (way, run) => {
    await expect(
      run(parties, await purchaseOf(device, { orderNumber: `DEFECTIVE-${way}` })),
    ).rejects.toMatchObject({ code: 'GOODS_DEFECTIVE' });
  });

  test('a poorly rated courier is not quoted, a poorly rated merchant is paid at delivery', async () => {
    const purchase = await purchaseOf(device, {
      orderNumber: 'AFTER-1',
      lines: [{ goods: 'laptop', quantity: 1 }],
    });
    await expectGated(purchase);
    expect(await couriersQuoted(purchase)).toEqual(['courier-dear']);
  });
});
