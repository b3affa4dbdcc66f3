// SPDX-License-Identifier: Apache-2.0
// To how small an area can a member that does not have the private data narrow a customer's address? To its zone.
import fc from 'fast-check';
import {
  centreOf,
  digestOf,
  offersFor,
  sha256Hex,
  zoneOf,
  type AddressBookRow,
  type Place,
  type Zone,
} from '@fabric-offline-pay/domain';
import { runExpress, runStepwise, type Purchase } from '@fabric-offline-pay/sdk';
import {
  CURRENCY,
  GOODS,
  LOGISTICS,
  MERCHANT,
  POLICY,
  World,
  CHANNEL,
  type CustomerDevice,
  type MemoryLedger,
} from '@fabric-offline-pay/testing';
import { SEED } from '../support/seeded.js';
import { clientsOf, memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { resumeTime, stopTime } from '../support/passing-time.js';
import { publicView, type PublicView } from '../support/public-view.js';

const RUNS = Number(process.env['OFFPAY_RUNS'] ?? 10);
const COURIERS = 40;
const SIZE = POLICY.addressZone;
const SHOP = GOODS.charger.location;

let memory: MemoryWorld;
let device: CustomerDevice;
let loginId: string;

/** Couriers all around the town, so that their fees and areas cut it into small pieces. */
function* fleet(seed: number) {
  let state = seed;
  const spread = (width: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.round((state / 2 ** 31 - 0.5) * width);
  };
  const near = (width: number): Place => ({
    latitude: SHOP.latitude + spread(width),
    longitude: SHOP.longitude + spread(width * 1.6),
  });
  for (let index = 0; index < COURIERS; index += 1)
    yield {
      courierId: `courier-${index.toString()}`,
      active: true,
      depot: near(200_000),
      tariffs: [{ currency: CURRENCY, base: '100', perKm: '20', perKg: '0' }],
      areas: [{ centre: near(100_000), radiusMetres: 10_000 + Math.abs(spread(12_000)) }],
      categories: ['26000000', '43000000'],
    };
}

beforeAll(async () => {
  stopTime();
  memory = await memoryWorld();
  device = await memory.world.customer('customer-1');
  loginId = await memory.world.login(device);
  const { dispatcher } = await memory.world.parties();
  await dispatcher.logistics.registerCouriers({ logisticsId: LOGISTICS, couriers: [...fleet(7)] });
});
afterAll(resumeTime);

const bookOf = (places: readonly Place[], salt: string): AddressBookRow => ({
  salt: sha256Hex(salt),
  addresses: places.map((place, index) => ({
    ...place,
    ref: `r${index}`,
    text: `${salt}, ${index}`,
  })),
});

/** A purchase of one charger whose customer offers these addresses and chooses the first. */
function purchaseTo(world: World, places: readonly Place[], salt: string): Purchase {
  const addresses = bookOf(places, salt);
  const options = { orderNumber: 'ORD-1', lines: [{ goods: 'charger', quantity: 1 }] } as const;
  const plain = world.purchase(device, loginId, options);
  const basket = {
    ...plain.basket,
    addressRefs: addresses.addresses.map(({ ref }) => ref),
    addressesDigest: digestOf(addresses),
  };
  return { ...plain, basket, addresses };
}

interface Lived {
  readonly ledger: MemoryLedger;
  readonly view: PublicView;
}

/** An order from its first unit to the door, on a ledger of its own. */
async function live(
  way: typeof runExpress,
  places: readonly Place[],
  salt: string,
): Promise<Lived> {
  const from = memory.ledger.blocks().length;
  const ledger = memory.ledger.fork();
  const world = new World(clientsOf(ledger), CHANNEL);
  const parties = await world.parties();
  const purchase = purchaseTo(world, places, salt);
  const key = { merchantId: MERCHANT, orderNumber: 'ORD-1' };
  await way(parties, purchase);
  const { logistics } = parties.dispatcher;
  await logistics.pickUp(key, { transient: { ...purchase.addresses } });
  await logistics.deliver(key);
  return { ledger, view: publicView(ledger, from) };
}

const between = (least: number, most: number) => fc.integer({ min: least, max: most });

const within = ({ south, north, west, east }: Zone): fc.Arbitrary<Place> =>
  fc.record({ latitude: between(south, north - 1), longitude: between(west, east - 1) });

/** Zones that some courier serves, in and around the town. */
const served = fc
  .record({ latitude: between(-60_000, 60_000), longitude: between(-90_000, 90_000) })
  .map((away) =>
    zoneOf(SIZE, {
      latitude: SHOP.latitude + away.latitude,
      longitude: SHOP.longitude + away.longitude,
    }),
  );

describe.each([
  ['express', runExpress],
  ['stepwise', runStepwise],
])('%s: of two addresses in one zone', (_, way) => {
  test('members read the same, except for digests that the salt hides', async () => {
    console.log(`seed ${SEED.toString()}`);
    const pair = served.chain((zone) => fc.tuple(within(zone), within(zone), within(zone)));
    await fc.assert(
      fc.asyncProperty(pair, async ([one, other, second]) => {
        const mine = await live(way, [one, second], 'salt');
        const theirs = await live(way, [other, second], 'salt');
        const salted = await live(way, [one, second], 'other salt');
        expect(theirs.view.texts).toEqual(mine.view.texts);
        expect(salted.view.texts).toEqual(mine.view.texts);
        // What changes with the address changes with the salt too: no digest covers an address without a salt.
        for (const [index, digest] of mine.view.digests.entries())
          expect(
            digest === theirs.view.digests[index] || digest !== salted.view.digests[index],
          ).toBe(true);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  }, 120_000);
});

test('members read a difference between two zones, so the comparison works', async () => {
  const here = centreOf(zoneOf(SIZE, SHOP));
  const there = { ...here, longitude: here.longitude + 2 * SIZE.longitude };
  const mine = await live(runExpress, [here], 'salt');
  expect((await live(runExpress, [there], 'salt')).view.texts).not.toEqual(mine.view.texts);
});

/** Square kilometres of a piece of the grid of places that are tried, near the town. */
const STEP = 4_000;
const squareKilometres = (points: number): number => {
  const height = (STEP / 1e6) * 111.195;
  return points * height * height * 1.6 * Math.cos((SHOP.latitude / 180e6) * Math.PI);
};

function* placesAround(reach: number): Generator<Place> {
  for (let north = -reach; north <= reach; north += STEP)
    for (let east = -reach * 1.6; east <= reach * 1.6; east += STEP * 1.6)
      yield { latitude: SHOP.latitude + north, longitude: SHOP.longitude + east };
}

test('one order narrows an address to its zone, however many couriers are asked', async () => {
  const home = { latitude: 52_530_644, longitude: 13_383_068 };
  const { ledger } = await live(runExpress, [home], 'salt');
  const spy = clientsOf(ledger)('merchant', 'cashier', MERCHANT);
  const key = { merchantId: MERCHANT, orderNumber: 'ORD-1', logisticsId: LOGISTICS };
  const quoted = JSON.stringify((await spy.logistics.readQuote(key)).offers);
  const { couriers } = await spy.logistics.listCouriers({ logisticsId: LOGISTICS });
  const { location, weightGrams, category } = GOODS.charger;
  const { ratings, conduct } = POLICY;
  const standards = { now: Math.floor(Date.now() / 1000), ratings, conduct };
  const carried = { weightGrams, categories: [category], currency: CURRENCY };
  const load = { locations: [location], ...carried, standards };
  const fits = (place: Place): boolean =>
    JSON.stringify(offersFor(couriers, load, [{ ref: 'r0', ...place }], SIZE)) === quoted;
  const tried = [...placesAround(200_000)];
  const left = tried.filter(fits);
  const zone = zoneOf(SIZE, home);
  const inZone = tried.filter(
    (place) => JSON.stringify(zoneOf(SIZE, place)) === JSON.stringify(zone),
  );
  console.log(
    `of ${squareKilometres(tried.length).toFixed(0)} km², ${COURIERS} couriers leave ` +
      `${squareKilometres(left.length).toFixed(0)} km²; the zone has ${squareKilometres(inZone.length).toFixed(0)} km²`,
  );
  expect(fits(home)).toBe(true);
  expect(inZone.every(fits)).toBe(true);
  expect(squareKilometres(inZone.length)).toBeGreaterThan(110);
});
