// SPDX-License-Identifier: Apache-2.0
// A ledger of purchases with a structure to find: goods come in groups, each customer likes two of them, a purchase is about one of the
// two, and the rest of what it has is what everybody buys. The same seed gives the same ledger.
import {
  BLAMELESS,
  DEFAULT_POLICY,
  LEDGER_VERSION,
  ROWS,
  UNRATED,
  type RowKind,
  type RowValue,
} from '@fabric-offline-pay/domain';
import type { CommittedBlock, CommittedTransaction, KeyedChange } from '@fabric-offline-pay/sdk';

const MERCHANT = 'merchant-1';
const CURRENCY = 'EUR';

/** Where all customers live. */
export const PLANTED_HOME = { latitude: 52_520_008, longitude: 13_404_954 };

/** The last purchase of all is at most a block later. Milliseconds since 1970. */
export const PLANTED_NOW = Date.UTC(2026, 10, 1);

const DAYS = 180;
const DAY_SECONDS = 86_400;

/** Groups of goods, unless told. */
export const PLANTED_GROUPS = 40;
const GOODS_OF_GROUP = 12;
const GROUPS_OF_FAMILY = 4;
const PURCHASES_OF_CUSTOMER = 5;
const PURCHASES_OF_BLOCK = 50;

/** Of a hundred goods that a customer buys, so many are of the groups that it likes. */
const LIKED_PERCENT = 85;

/** @returns a source of whole numbers below a bound, always the same for a seed (mulberry32) */
export function seededNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const groupOf = (goods: number): number => Math.floor(goods / GOODS_OF_GROUP);

const gtinOf = (goods: number): string => `400${goods.toString().padStart(10, '0')}`;

const categoryOf = (goods: number): string =>
  `43${(10 + Math.floor(groupOf(goods) / GROUPS_OF_FAMILY)).toString()}1500`;

/** @returns the name that habits give the goods */
export const plantedGoods = (goods: number): string => `${MERCHANT}/${gtinOf(goods)}`;

/** One purchase: who, and which goods by number. */
export interface PlantedPurchase {
  readonly customerId: string;
  readonly goods: readonly number[];
}

type Draw = (below: number) => number;

/** The smaller of two draws twice over: few goods are bought by many. */
const drawPopular = (draw: Draw, groups: number): number => {
  const all = groups * GOODS_OF_GROUP;
  const rank = Math.min(draw(all), draw(all), draw(all), draw(all));
  // Spreads the popular goods over the groups.
  return (rank * 37) % all;
};

const drawGoods = (draw: Draw, group: number, groups: number): number =>
  draw(100) < LIKED_PERCENT
    ? group * GOODS_OF_GROUP + draw(GOODS_OF_GROUP)
    : drawPopular(draw, groups);

interface Customer {
  readonly customerId: string;
  readonly liked: readonly [number, number];
  readonly bought: Set<number>;
}

function drawPurchase(
  draw: Draw,
  { customerId, liked, bought }: Customer,
  groups: number,
): PlantedPurchase {
  const group = liked[draw(2)] ?? liked[0];
  const goods = new Set<number>();
  for (let tries = 1 + draw(3); tries > 0; tries -= 1) {
    const drawn = drawGoods(draw, group, groups);
    if (!bought.has(drawn)) goods.add(drawn);
  }
  // A customer that has everything buys something again.
  if (goods.size === 0) goods.add(drawPopular(draw, groups));
  for (const each of goods) bought.add(each);
  return { customerId, goods: [...goods] };
}

/** @returns purchases in the order of time */
export function plantedPurchases(
  count: number,
  seed: number,
  groups = PLANTED_GROUPS,
): PlantedPurchase[] {
  const draw = seededNumbers(seed);
  const customers = Array.from(
    { length: Math.max(1, Math.ceil(count / PURCHASES_OF_CUSTOMER)) },
    (_, index): Customer => ({
      customerId: `customer-${index}`,
      liked: [draw(groups), draw(groups)],
      bought: new Set(),
    }),
  );
  return Array.from({ length: count }, () => customers[draw(customers.length)])
    .filter((customer) => customer !== undefined)
    .map((customer) => drawPurchase(draw, customer, groups));
}

const put = <Kind extends RowKind>(
  kind: Kind,
  row: RowValue<Kind>,
  ...parts: readonly string[]
): KeyedChange => ({ key: [ROWS[kind].kind, ...parts].join('/'), value: JSON.stringify(row) });

const goodsRow = (goods: number): KeyedChange =>
  put(
    'goods',
    {
      gtin: gtinOf(goods),
      category: categoryOf(goods),
      price: '1000',
      currency: CURRENCY,
      origin: 'DE',
      certificate: 'CE-1',
      weightGrams: 100,
      location: PLANTED_HOME,
      withdrawn: false,
      merchantId: MERCHANT,
      digest: '',
      rating: UNRATED,
    },
    MERCHANT,
    gtinOf(goods),
  );

const fleetRow = (): KeyedChange =>
  put(
    'fleet',
    {
      logisticsId: 'logistics-1',
      couriers: [
        {
          courierId: 'courier-1',
          active: true,
          depot: PLANTED_HOME,
          tariffs: [{ currency: CURRENCY, base: '1', perKm: '1', perKg: '1' }],
          areas: [{ centre: PLANTED_HOME, radiusMetres: 40_000 }],
          categories: ['43000000'],
          rating: UNRATED,
          conduct: BLAMELESS,
        },
      ],
    },
    'logistics-1',
  );

const registryRow = (): KeyedChange =>
  put('registry', { participants: [], policy: DEFAULT_POLICY, version: LEDGER_VERSION });

const purchaseRow = (
  { customerId, goods }: PlantedPurchase,
  number: number,
  at: number,
): KeyedChange => {
  const orderNumber = `ORD-${number}`;
  const lines = goods.map((each) => ({ gtin: gtinOf(each), quantity: 1, unitPrice: '1000' }));
  const of = { merchantId: MERCHANT, orderNumber, customerId };
  const amount = (1000 * lines.length).toString();
  const purchase = { ...of, currency: CURRENCY, amount, at, lines };
  return put(
    'history',
    { kind: 'success', at, purchase },
    customerId,
    'success',
    `order~${number}`,
    'success',
  );
};

const transactionOf = (
  changes: readonly KeyedChange[],
  index: number,
  name: string,
  at: number,
): CommittedTransaction => ({
  transactionId: `${name}-${index}`,
  index,
  mspId: 'BankMSP',
  events: [{ transaction: 'feedback:storePurchase', subject: name, units: ['17'], at }],
  changes,
});

const hashOf = (number: number): string => (number < 0 ? '' : `block-${number}`);

const blockOf = (
  number: number,
  transactions: readonly CommittedTransaction[],
): CommittedBlock => ({
  number: BigInt(number),
  hash: hashOf(number),
  previousHash: hashOf(number - 1),
  transactions,
});

/** @yields first the catalogue, then the purchases, spread over half a year that ends at {@link PLANTED_NOW} */
export function* plantedBlocks(
  purchases: readonly PlantedPurchase[],
  groups = PLANTED_GROUPS,
): Generator<CommittedBlock> {
  const start = PLANTED_NOW / 1000 - DAYS * DAY_SECONDS;
  const goods = Array.from({ length: groups * GOODS_OF_GROUP }, (_, index) => goodsRow(index));
  const first = [registryRow(), fleetRow(), ...goods];
  yield blockOf(0, [transactionOf(first, 0, 'catalogue', start)]);
  for (let from = 0; from < purchases.length; from += PURCHASES_OF_BLOCK) {
    const transactions = purchases.slice(from, from + PURCHASES_OF_BLOCK).map((purchase, index) => {
      const number = from + index;
      const at = start + Math.floor((number * DAYS * DAY_SECONDS) / purchases.length);
      return transactionOf([purchaseRow(purchase, number, at)], index, `order-${number}`, at);
    });
    yield blockOf(1 + from / PURCHASES_OF_BLOCK, transactions);
  }
}
