// SPDX-License-Identifier: Apache-2.0
// The dearest quotes that a merchant and a logistics company can think of: the largest fleet, as many addresses, areas,
// categories and places as inputs allow, and a whole batch of them. What they write has a bound.
import {
  digestOf,
  goodsDigest,
  isGtin,
  MAX_BATCH,
  MAX_FLEET,
  MAX_FLEET_BYTES,
  MAX_OFFERED,
  type AddressBookRow,
  type BatchAnswer,
  type InputOf,
} from '@fabric-offline-pay/domain';
import { CURRENCY, LOGISTICS, MERCHANT } from '@fabric-offline-pay/testing';
import { firstOf } from '../support/defined.js';
import { callerOf, memoryWorld, MSP, type MemoryWorld } from '../support/memory-world.js';

type Quote = InputOf<'express', 'quote'>;

const LINES = 100;
/** So many that the whole fleet just fits into its row. */
const AREAS = 14;
const ADDRESSES = 10;
const TOWN = { latitude: 52_520_008, longitude: 13_404_954 };
/** A row of a quote: its offers, and a receipt that does not repeat them. */
const QUOTE_BYTES = 15_000;

const times = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index));

const categories = times(LINES, (index) => `${10_101_010 + index * 101}`);

const gtinOf = (index: number): string => {
  const body = `${400_000_000_000 + index}`;
  return `${body}${times(10, String).find((digit) => isGtin(`${body}${digit}`)) ?? ''}`;
};

const goods = times(LINES, (index) => ({
  gtin: gtinOf(index),
  category: categories[index] ?? '',
  price: '1',
  currency: CURRENCY,
  origin: 'DE',
  certificate: 'CE',
  weightGrams: 1,
  location: { latitude: 52_000_000 + index * 1000, longitude: 13_000_000 },
  withdrawn: false,
}));

/** Serves the town with the last of its areas only, and carries everything under the last of its categories. */
const courierOf = (index: number) => ({
  courierId: `courier-${index.toString()}`.padEnd(64, '-'),
  active: true,
  depot: TOWN,
  tariffs: [{ currency: CURRENCY, base: '9'.repeat(17), perKm: '1', perKg: '1' }],
  areas: times(AREAS, (area) =>
    area === AREAS - 1
      ? { centre: TOWN, radiusMetres: 90_000 }
      : { centre: { ...TOWN, longitude: TOWN.longitude + 4_000_000 }, radiusMetres: 90_000 },
  ),
  categories: [...categories].reverse(),
});

const addresses: AddressBookRow = {
  salt: 'a'.repeat(64),
  addresses: times(ADDRESSES, (index) => ({
    ref: `r${index}`.padEnd(64, '-'),
    latitude: TOWN.latitude + index * 40_000,
    longitude: TOWN.longitude,
    text: 'x',
  })),
};

const lines = goods.map((entry) => ({
  gtin: entry.gtin,
  quantity: 1,
  unitPrice: entry.price,
  goodsDigest: goodsDigest(entry),
}));

const quoteOf = (orderNumber: string): Quote => ({
  basket: {
    merchantId: MERCHANT,
    orderNumber,
    customerId: 'customer-1',
    loginId: 'login-1',
    logisticsId: LOGISTICS,
    currency: CURRENCY,
    lines,
    addressRefs: addresses.addresses.map(({ ref }) => ref),
    addressesDigest: digestOf(addresses),
  },
  statement: {
    orderNumber,
    lines: lines.map(({ gtin, quantity }) => ({ gtin, quantity })),
    goodsTotal: '100',
    currency: CURRENCY,
    waybill: 'WB',
  },
});

let memory: MemoryWorld;

/** The world has three couriers already. */
const STANDING = 3;

const register = async (couriers: ReturnType<typeof courierOf>[]) => {
  const { dispatcher } = await memory.world.parties();
  return dispatcher.logistics.registerCouriers({ logisticsId: LOGISTICS, couriers });
};

beforeAll(async () => {
  memory = await memoryWorld();
  const { cashier } = await memory.world.parties();
  await cashier.goods.registerGoods({ merchantId: MERCHANT, goods });
  await register(times(MAX_FLEET - STANDING, courierOf));
});

test('a fleet that no quote would read whole is refused; its couriers may be replaced', async () => {
  const changed = { ...courierOf(0), active: false };
  await expect(register([changed, courierOf(MAX_FLEET)])).rejects.toMatchObject({
    code: 'FLEET_TOO_LARGE',
    details: { couriers: MAX_FLEET + 1, most: MAX_FLEET },
  });
  await expect(register([changed])).resolves.toMatchObject({ result: { replayed: false } });
});

test('a fleet of more bytes than a quote should read is refused', async () => {
  const wide = { ...courierOf(0), areas: times(50, () => firstOf(courierOf(0).areas)) };
  const fleet = times(MAX_FLEET - STANDING, (index) => ({
    ...wide,
    courierId: courierOf(index).courierId,
  }));
  await expect(register(fleet)).rejects.toMatchObject({
    code: 'FLEET_TOO_LARGE',
    details: { most: MAX_FLEET_BYTES },
  });
});

test(`a batch of ${MAX_BATCH} such quotes writes little`, async () => {
  const { ledger } = memory;
  const dispatcher = callerOf(MSP.logistics, 'dispatcher', LOGISTICS);
  const calls = times(MAX_BATCH, (index) => quoteOf(`ORD-${index.toString()}`));
  const proposal = ledger.propose(dispatcher, 'express:quote', [JSON.stringify(calls)], {
    private: Buffer.from(JSON.stringify(calls.map(() => addresses))),
  });
  const endorsed = await ledger.endorseBy(proposal, [MSP.bank]);
  const bytes = endorsed.writeSet.reduce((sum, { value }) => sum + value.length, 0);
  const answers = JSON.parse(Buffer.from(endorsed.response.payload).toString()) as BatchAnswer[];
  console.log(`${MAX_BATCH} quotes write ${bytes} bytes`);
  expect(bytes).toBeLessThan(MAX_BATCH * QUOTE_BYTES);
  for (const answer of answers) {
    const { offers } = (answer as { output: { offers: { couriers: unknown[] }[] } }).output;
    expect(offers.map(({ couriers }) => couriers.length)).toEqual(
      times(ADDRESSES, () => MAX_OFFERED),
    );
  }
});
