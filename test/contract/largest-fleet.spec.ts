// SPDX-License-Identifier: Apache-2.0
// A company's own words fill its fleet's row to the last byte: what others say of its couriers still finds room, so that
// nobody escapes blame by a long list of areas, and no money is locked by one.
import { registrationOf } from '@fabric-offline-pay/domain';
import { signRatings } from '@fabric-offline-pay/sdk';
import { LOGISTICS } from '@fabric-offline-pay/testing';
import { firstOf } from '../support/defined.js';
import { missingMoney } from '../support/money.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';
import { ThreeWays } from '../support/three-ways.js';

const WRONG = { logisticsStatement: { goodsTotal: '1' } };
const REASON = { reason: 'looked into' };

const AREA = { centre: { latitude: 1, longitude: 1 }, radiusMetres: 1 };
/** Of a courier, by the schema. */
const MOST_AREAS = 50;
/** With these and its own three a company has as many couriers as it may. */
const PADDING = 97;
/** More than the digits that one more area takes. */
const MOST_DIGITS = 100;

type Registrations = ReturnType<typeof registrationOf>[];

let shop: ThreeWays;

const couriers = async () =>
  (await shop.parties.bankNode.logistics.listCouriers({ logisticsId: LOGISTICS })).couriers;

/** Couriers with this many areas together, whose radii have this many unnecessary digits. */
function padding(like: Registrations[number], areas: number, digits: number): Registrations {
  const all = Array.from({ length: areas }, (_, index) => ({
    ...AREA,
    radiusMetres: 10 ** Math.min(6, Math.max(0, digits - index * 6)),
  }));
  return Array.from({ length: PADDING }, (_, index) => ({
    ...like,
    courierId: `pad-${index}`,
    areas: [AREA, ...all.slice(index * (MOST_AREAS - 1), (index + 1) * (MOST_AREAS - 1))],
  }));
}

/** @returns the largest number below `most` for which the fleet has room. */
async function largest(most: number, make: (size: number) => Registrations): Promise<number> {
  const { logistics } = shop.parties.dispatcher;
  let [fits, above] = [0, most];
  while (above - fits > 1) {
    const middle = Math.floor((fits + above) / 2);
    try {
      await logistics.registerCouriers({ logisticsId: LOGISTICS, couriers: make(middle) });
      fits = middle;
    } catch (error) {
      expect(error).toMatchObject({ code: 'FLEET_TOO_LARGE' });
      above = middle;
    }
  }
  return fits;
}

/** Fills the fleet's row to the last byte that the company may write. */
async function fill(): Promise<void> {
  const first = firstOf(await couriers());
  const like = registrationOf(first);
  const areas = await largest(PADDING * (MOST_AREAS - 1), (size) => padding(like, size, 0));
  const digits = await largest(MOST_DIGITS, (size) => padding(like, areas, size));
  expect(digits).toBeLessThan(MOST_DIGITS - 1);
}

const mismatches = async () =>
  (await couriers()).reduce((sum, { conduct }) => sum + conduct.mismatch, 0);

beforeAll(stopTime);
afterAll(resumeTime);

test('the largest fleet keeps no order from its end, no blame from counting and no courier from being rated', async () => {
  shop = await ThreeWays.open();
  const { bankNode } = shop.parties;
  const delivered = await shop.buy('express');
  await shop.deliver(delivered.purchase);
  const upheld = await shop.buy('express', WRONG);
  const undecided = await shop.buy('express', { ...WRONG, holdSeconds: 60 });
  await fill();

  await shop.operator.alarm.uphold({ ...upheld.key, ...REASON });
  expect(await mismatches()).toBe(1000);

  passSeconds(61);
  const { result } = await bankNode.settlement.expire(undecided.key);
  expect([result.state, await mismatches()]).toEqual(['expired', 2000]);

  const { courierId } = (await bankNode.orderNumber.readTerms(delivered.key)).terms;
  const ratings = [{ subject: 'courier' as const, subjectId: courierId, stars: 1, defect: false }];
  const signature = signRatings(shop.customer.privateKey, delivered.key, ratings);
  await bankNode.feedback.rate({ ...delivered.key, ratings, signature });
  const rated = { subject: 'courier' as const, owner: LOGISTICS, subjectId: courierId };
  expect((await bankNode.feedback.publish(rated)).result.weight).toBe(1000);
  expect(missingMoney(shop.memory.ledger.state())).toBe(0n);
});
