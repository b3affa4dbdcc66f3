// SPDX-License-Identifier: Apache-2.0
// Every problem that an input file can have, on the smallest set of good files.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstOf } from '../../../../test/support/defined.js';
import { inputPaths } from './input-paths.js';
import { ensureUsable, loadInput, type LoadedInput } from './load-input.js';
import { NOTHING_KNOWN } from './known.js';
import { INPUT_PROBLEMS } from './problem.js';
import { MOST_PROBLEMS } from './read-rows.js';
import { MOST_BYTES } from './read-text.js';
import { INPUT_FILE_NAMES, type InputName } from './row-definitions.js';

type Cells = Readonly<Record<string, string>>;

const ADDRESS = {
  address_1: 'Gartenweg 4',
  city_1: 'Köln',
  country_1: 'DE',
  latitude_1: '50.93',
  longitude_1: '6.96',
};
const NO_ADDRESS = Object.fromEntries(
  [2, 3].flatMap((number) =>
    ['address', 'city', 'country', 'latitude', 'longitude'].map((name) => [
      `${name}_${number.toString()}`,
      '',
    ]),
  ),
);
const GOOD: Readonly<Record<InputName, Cells>> = {
  merchants: {
    merchant_id: 'm-1',
    name: 'Feinkost',
    licence_number: 'L-1',
    licence_until: '2030-01-31',
    categories: '50200000;50192403',
  },
  goods: {
    merchant_id: 'm-1',
    gtin: '4006381333931',
    name: 'Kaffee',
    category: '50201706',
    price: '12.5',
    currency: 'EUR',
    origin: 'DE',
    certificate: 'C-1',
    weight_g: '540',
    latitude: '50.000001',
    longitude: '-0.5',
    withdrawn: 'no',
  },
  couriers: {
    courier_id: 'c-1',
    logistics_id: 'l-1',
    latitude: '50.9',
    longitude: '6.9',
    tariffs: 'EUR 3.50 0.20 0.50;JPY 300 2 15',
    areas: '50.9/6.9/40;-33.9/18.4/5',
    categories: '50000000',
  },
  customers: {
    customer_id: 'u-1',
    name: 'Ida Beispiel',
    phone: '+491713920001',
    email: 'ida@example.org',
    birth_date: '1990-02-28',
    password: 'Segel-90',
    currency: 'EUR',
    balance: '100',
    instrument: 'card',
    instrument_balance: '12.5',
    ...ADDRESS,
    ...NO_ADDRESS,
  },
  orders: {
    order_number: 'O-1',
    merchant_id: 'm-1',
    customer_id: 'u-1',
    currency: 'EUR',
    lines: '4006381333931*2@12.50',
    address: '1',
    courier_id: '',
    typed_password: '',
    typed_code: '',
    code_delay_s: '',
    hold_seconds: '',
    then: '',
  },
  merchantOrders: {
    order_number: 'O-1',
    merchant_id: 'm-1',
    customer_id: 'u-1',
    lines: '4006381333931*2@12.50',
    goods_total: '25.00',
    currency: 'EUR',
  },
  waybills: {
    waybill: 'W-1',
    logistics_id: 'l-1',
    order_number: 'O-1',
    merchant_id: 'm-1',
    lines: '4006381333931*2',
    declared_value: '25.00',
    currency: 'EUR',
  },
  offlinePayments: {
    merchant_id: 'm-1',
    customer_id: 'u-1',
    order_number: 'OF-1',
    amount: '7.5',
    currency: 'EUR',
    device: 'own',
  },
};

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
const toCsv = (...rows: readonly Cells[]): string =>
  [Object.keys(firstOf(rows)), ...rows.map((row) => Object.values(row).map(quoted))]
    .map((cells) => `${cells.join(',')}\n`)
    .join('');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offpay-input-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Contents = Partial<Record<InputName, string | Uint8Array>>;

/** Loads the good files with some replaced. */
function load(contents: Contents = {}): LoadedInput {
  const paths = inputPaths(folder);
  for (const name of Object.keys(GOOD) as InputName[]) {
    writeFileSync(paths[name], contents[name] ?? toCsv(GOOD[name]));
  }
  return loadInput(paths);
}

/** A bad row after a good one, so that the report must name line 3 and keep line 2. */
const withSecondRow = (name: InputName, cells: Cells): LoadedInput =>
  load({ [name]: toCsv(GOOD[name], { ...GOOD[name], ...cells }) });

const found = ({ problems }: LoadedInput): string[] =>
  problems.map(({ file, line, field, code }) =>
    [file.slice(folder.length + 1).replace('.csv', ''), line, field, code].join(' '),
  );

const OTHER = {
  merchants: { merchant_id: 'm-2' },
  goods: { gtin: '4006381333900' },
  couriers: { courier_id: 'c-2' },
  customers: { customer_id: 'u-2' },
  orders: {},
  merchantOrders: { order_number: 'O-2' },
  waybills: { waybill: 'W-2' },
  offlinePayments: { order_number: 'OF-2' },
} as const satisfies Record<InputName, Cells>;

describe('loadInput', () => {
  it('turns the cells into our units', () => {
    const input = load();
    const at = (name: string) => ({ file: join(folder, `${name}.csv`), line: 2 });
    expect(input).toEqual({
      paths: inputPaths(folder),
      known: NOTHING_KNOWN,
      merchants: [
        {
          ...at('merchants'),
          merchantId: 'm-1',
          name: 'Feinkost',
          licence: { number: 'L-1', validUntil: '2030-01-31' },
          categories: ['50200000', '50192403'],
        },
      ],
      goods: [
        {
          ...at('goods'),
          merchantId: 'm-1',
          gtin: '4006381333931',
          name: 'Kaffee',
          category: '50201706',
          price: '1250',
          currency: 'EUR',
          origin: 'DE',
          certificate: 'C-1',
          weightGrams: 540,
          location: { latitude: 50_000_001, longitude: -500_000 },
          withdrawn: false,
        },
      ],
      couriers: [
        {
          ...at('couriers'),
          courierId: 'c-1',
          logisticsId: 'l-1',
          depot: { latitude: 50_900_000, longitude: 6_900_000 },
          categories: ['50000000'],
          tariffs: [
            { currency: 'EUR', base: '350', perKm: '20', perKg: '50' },
            { currency: 'JPY', base: '300', perKm: '2', perKg: '15' },
          ],
          areas: [
            { centre: { latitude: 50_900_000, longitude: 6_900_000 }, radiusMetres: 40_000 },
            { centre: { latitude: -33_900_000, longitude: 18_400_000 }, radiusMetres: 5_000 },
          ],
        },
      ],
      customers: [
        {
          ...at('customers'),
          customerId: 'u-1',
          name: 'Ida Beispiel',
          phone: '+491713920001',
          email: 'ida@example.org',
          birthDate: '1990-02-28',
          password: 'Segel-90',
          currency: 'EUR',
          balance: '10000',
          instrument: 'card',
          instrumentBalance: '1250',
          addresses: [
            {
              number: 1,
              street: 'Gartenweg 4',
              city: 'Köln',
              country: 'DE',
              place: { latitude: 50_930_000, longitude: 6_960_000 },
            },
          ],
        },
      ],
      orders: [
        {
          ...at('orders'),
          orderNumber: 'O-1',
          merchantId: 'm-1',
          customerId: 'u-1',
          currency: 'EUR',
          lines: [{ gtin: '4006381333931', quantity: 2, unitPrice: '1250' }],
          address: 1,
          courierId: null,
          typedPassword: null,
          typedCode: null,
          codeDelaySeconds: 0,
          holdSeconds: null,
          followUps: [],
        },
      ],
      merchantOrders: [
        {
          ...at('merchant-orders'),
          orderNumber: 'O-1',
          merchantId: 'm-1',
          customerId: 'u-1',
          lines: [{ gtin: '4006381333931', quantity: 2, unitPrice: '1250' }],
          goodsTotal: '2500',
          currency: 'EUR',
        },
      ],
      waybills: [
        {
          ...at('waybills'),
          waybill: 'W-1',
          logisticsId: 'l-1',
          orderNumber: 'O-1',
          merchantId: 'm-1',
          lines: [{ gtin: '4006381333931', quantity: 2 }],
          declaredValue: '2500',
          currency: 'EUR',
        },
      ],
      offlinePayments: [
        {
          ...at('offline-payments'),
          merchantId: 'm-1',
          customerId: 'u-1',
          orderNumber: 'OF-1',
          amount: '750',
          currency: 'EUR',
          device: 'own',
        },
      ],
      unusable: [],
      problems: [],
    });
  });

  it.each([
    [
      'capture:12.50;refund:5;dispute:uphold;alarm:resolve;unproven;rate:goods=5,merchant=4,courier=3',
      [
        { verb: 'capture', amount: '1250' },
        { verb: 'refund', amount: '500' },
        { verb: 'dispute', outcome: 'uphold' },
        { verb: 'alarm', outcome: 'resolve' },
        { verb: 'unproven' },
        { verb: 'rate', goods: 5, merchant: 4, courier: 3, defect: false },
      ],
    ],
    [
      'dispute:reject;alarm:uphold;undelivered;rate:goods=1,defect',
      [
        { verb: 'dispute', outcome: 'reject' },
        { verb: 'alarm', outcome: 'uphold' },
        { verb: 'undelivered' },
        { verb: 'rate', goods: 1, merchant: null, courier: null, defect: true },
      ],
    ],
    ['expire', [{ verb: 'expire' }]],
  ])('reads the follow-ups %s', (then, followUps) => {
    const { orders, problems } = load({ orders: toCsv({ ...GOOD.orders, then }) });
    expect(problems).toEqual([]);
    expect(orders[0]?.followUps).toEqual(followUps);
  });

  it('reads what the customer types and when', () => {
    const typed = {
      courier_id: 'c-1',
      typed_password: 'falsch',
      typed_code: '000000',
      code_delay_s: '20',
      hold_seconds: '6',
    };
    expect(load({ orders: toCsv({ ...GOOD.orders, ...typed }) }).orders[0]).toMatchObject({
      courierId: 'c-1',
      typedPassword: 'falsch',
      typedCode: '000000',
      codeDelaySeconds: 20,
      holdSeconds: 6,
    });
  });

  it('takes an incomplete profile as it is', () => {
    const nothing = Object.fromEntries(Object.keys(ADDRESS).map((name) => [name, '']));
    const input = load({
      customers: toCsv({ ...GOOD.customers, ...nothing, email: '', birth_date: '' }),
    });
    expect(input.customers[0]).toMatchObject({ email: null, birthDate: null, addresses: [] });
    expect(input.problems).toEqual([]);
    expect(input.orders).toHaveLength(1);
  });

  it('keeps the numbers of addresses when one before is empty', () => {
    const second = Object.fromEntries(
      Object.entries(ADDRESS).map(([name, value]) => [name.replace('1', '2'), value]),
    );
    const nothing = Object.fromEntries(Object.keys(ADDRESS).map((name) => [name, '']));
    const { customers } = load({
      customers: toCsv({ ...GOOD.customers, ...nothing, ...second }),
      orders: toCsv({ ...GOOD.orders, address: '2' }),
    });
    expect(customers[0]?.addresses.map(({ number }) => number)).toEqual([2]);
  });

  it('takes an unlicensed merchant as it is', () => {
    const { merchants } = load({
      merchants: toCsv({ ...GOOD.merchants, licence_number: '', licence_until: '' }),
    });
    expect(merchants[0]?.licence).toBeNull();
  });

  it.each([
    ['merchants', { merchant_id: 'm/2' }, 'merchant_id INPUT_BAD_IDENTIFIER'],
    ['merchants', { name: ' ' }, 'name INPUT_BAD_TEXT'],
    ['merchants', { name: 'bell\u0007' }, 'name INPUT_BAD_TEXT'],
    ['merchants', { name: 'x'.repeat(201) }, 'name INPUT_BAD_TEXT'],
    ['merchants', { licence_until: '2030-02-30' }, 'licence_until INPUT_BAD_DATE'],
    ['merchants', { licence_until: '' }, 'licence_until INPUT_BAD_DATE'],
    ['merchants', { categories: '5020' }, 'categories INPUT_BAD_CATEGORY'],
    ['merchants', { categories: '50200000;' }, 'categories INPUT_BAD_CATEGORY'],
    ['merchants', { categories: '00200000' }, 'categories INPUT_BAD_CATEGORY'],
    ['goods', { gtin: '4006381333932' }, 'gtin INPUT_BAD_GTIN'],
    ['goods', { gtin: '400638133393' }, 'gtin INPUT_BAD_GTIN'],
    ['goods', { category: '50201' }, 'category INPUT_BAD_CATEGORY'],
    ['goods', { price: '12.505' }, 'price INPUT_BAD_MONEY'],
    ['goods', { price: '12,50' }, 'price INPUT_BAD_MONEY'],
    ['goods', { price: '-1' }, 'price INPUT_BAD_MONEY'],
    ['goods', { price: '12.50', currency: 'JPY' }, 'price INPUT_BAD_MONEY'],
    ['goods', { currency: 'EUX' }, 'currency INPUT_BAD_CURRENCY'],
    ['goods', { currency: 'eur' }, 'currency INPUT_BAD_CURRENCY'],
    ['goods', { origin: 'ZZ' }, 'origin INPUT_BAD_COUNTRY'],
    ['goods', { weight_g: '1.5' }, 'weight_g INPUT_BAD_NUMBER'],
    ['goods', { weight_g: '100000001' }, 'weight_g INPUT_BAD_NUMBER'],
    ['goods', { latitude: '90.000001' }, 'latitude INPUT_BAD_COORDINATE'],
    ['goods', { latitude: '50.1234567' }, 'latitude INPUT_BAD_COORDINATE'],
    ['goods', { longitude: '-180.1' }, 'longitude INPUT_BAD_COORDINATE'],
    ['goods', { withdrawn: 'maybe' }, 'withdrawn INPUT_BAD_CHOICE'],
    ['couriers', { tariffs: 'EUR 3.50 0.20' }, 'tariffs INPUT_BAD_TARIFF'],
    ['couriers', { tariffs: 'EUR 3.505 0.20 0.50' }, 'tariffs INPUT_BAD_TARIFF'],
    ['couriers', { tariffs: 'EUR 3 1 1;EUR 4 1 1' }, 'tariffs INPUT_BAD_TARIFF'],
    ['couriers', { areas: '50.9/6.9' }, 'areas INPUT_BAD_AREA'],
    ['couriers', { areas: '50.9/6.9/0' }, 'areas INPUT_BAD_AREA'],
    ['couriers', { areas: '91/6.9/10' }, 'areas INPUT_BAD_AREA'],
    ['customers', { phone: '0171 3920001' }, 'phone INPUT_BAD_PHONE'],
    ['customers', { email: 'ida' }, 'email INPUT_BAD_EMAIL'],
    ['customers', { birth_date: '28.02.1990' }, 'birth_date INPUT_BAD_DATE'],
    ['customers', { password: '' }, 'password INPUT_BAD_PASSWORD'],
    ['customers', { password: 'pw1' }, 'password INPUT_BAD_PASSWORD'],
    ['customers', { password: 'x'.repeat(129) }, 'password INPUT_BAD_PASSWORD'],
    ['customers', { name: 'Ida\nMoser' }, 'name INPUT_BAD_TEXT'],
    ['customers', { name: 'Ida\u200b' }, 'name INPUT_BAD_TEXT'],
    ['customers', { name: 'Ida \u202eresoM' }, 'name INPUT_BAD_TEXT'],
    ['customers', { phone: '+4912' }, 'phone INPUT_BAD_PHONE'],
    ['customers', { email: 'a..b@example.org' }, 'email INPUT_BAD_EMAIL'],
    ['customers', { birth_date: '2999-01-01' }, 'birth_date INPUT_BAD_DATE'],
    ['customers', { birth_date: '1700-01-01' }, 'birth_date INPUT_BAD_DATE'],
    ['goods', { name: 'Linha\nsegunda' }, 'name INPUT_BAD_TEXT'],
    ['goods', { price: '0.00' }, 'price INPUT_BAD_MONEY'],
    ['customers', { balance: '' }, 'balance INPUT_BAD_MONEY'],
    ['customers', { balance: '123456789012345678.00' }, 'balance INPUT_BAD_MONEY'],
    ['customers', { city_1: '' }, 'address_1 INPUT_INCOMPLETE_ADDRESS'],
    ['customers', { latitude_3: '50.9' }, 'address_3 INPUT_INCOMPLETE_ADDRESS'],
    ['orders', { lines: '4006381333931*0@12.50' }, 'lines INPUT_BAD_LINES'],
    ['orders', { lines: '4006381333931*1' }, 'lines INPUT_BAD_LINES'],
    ['orders', { lines: '4006381333932*1@12.50' }, 'lines INPUT_BAD_LINES'],
    ['orders', { lines: '4006381333931*1@12.50;4006381333931*1@12.50' }, 'lines INPUT_BAD_LINES'],
    ['orders', { lines: '4006381333931*1@12.505' }, 'lines INPUT_BAD_MONEY'],
    ['orders', { address: '4' }, 'address INPUT_BAD_CHOICE'],
    ['orders', { address: '2' }, 'address INPUT_UNKNOWN_ADDRESS'],
    ['orders', { code_delay_s: '-1' }, 'code_delay_s INPUT_BAD_NUMBER'],
    ['orders', { then: 'explode' }, 'then INPUT_BAD_FOLLOW_UP'],
    ['orders', { then: 'rate:goods=6' }, 'then INPUT_BAD_FOLLOW_UP'],
    ['orders', { then: 'capture:1.00;capture:2.00' }, 'then INPUT_BAD_FOLLOW_UP'],
    ['orders', { then: 'rate:goods=5,goods=4' }, 'then INPUT_BAD_FOLLOW_UP'],
    ['orders', { then: 'capture:12.50;expire' }, 'then INPUT_BAD_FOLLOW_UP'],
    ['orders', { then: 'undelivered;unproven' }, 'then INPUT_BAD_FOLLOW_UP'],
    ['orders', { then: 'capture:1.005' }, 'then INPUT_BAD_MONEY'],
    ['orders', { courier_id: 'c-9' }, 'courier_id INPUT_UNKNOWN_COURIER'],
    ['orders', { customer_id: 'u-9' }, 'customer_id INPUT_UNKNOWN_CUSTOMER'],
    ['orders', { merchant_id: 'm-9' }, 'merchant_id INPUT_UNKNOWN_MERCHANT'],
    ['orders', { lines: '4006381333900*1@12.50' }, 'lines INPUT_UNKNOWN_GOODS'],
    ['orders', { currency: 'CNY' }, 'currency INPUT_CURRENCY_DIFFERS'],
    ['merchantOrders', { goods_total: '25.001' }, 'goods_total INPUT_BAD_MONEY'],
    ['merchantOrders', { customer_id: 'u-9' }, 'customer_id INPUT_UNKNOWN_CUSTOMER'],
    ['merchantOrders', { lines: '4006381333900*1@1' }, 'lines INPUT_UNKNOWN_GOODS'],
    ['waybills', { lines: '4006381333931*1@12.50' }, 'lines INPUT_BAD_LINES'],
    ['waybills', { declared_value: 'much' }, 'declared_value INPUT_BAD_MONEY'],
    ['waybills', { logistics_id: 'l-9' }, 'logistics_id INPUT_UNKNOWN_LOGISTICS'],
    ['waybills', { merchant_id: 'm-9' }, 'merchant_id INPUT_UNKNOWN_MERCHANT'],
    ['goods', { merchant_id: 'm-9' }, 'merchant_id INPUT_UNKNOWN_MERCHANT'],
  ] as const)('reports a row of %s with %o and goes on', (name, cells, problem) => {
    const input = withSecondRow(name, { ...OTHER[name], ...cells });
    expect(found(input)).toEqual([`${INPUT_FILE_NAMES[name]} 3 ${problem}`]);
    expect(input[name]).toHaveLength(1);
  });

  it.each([
    ['merchants', 'merchant_id'],
    ['goods', 'gtin'],
    ['couriers', 'courier_id'],
    ['customers', 'customer_id'],
    ['merchantOrders', 'order_number'],
    ['waybills', 'waybill'],
  ] as const)('reports a second row of %s with the same key', (name, field) => {
    const input = withSecondRow(name, {});
    expect(found(input)).toEqual([`${INPUT_FILE_NAMES[name]} 3 ${field} INPUT_DUPLICATE_KEY`]);
    expect(input[name].map(({ line }) => line)).toEqual([2]);
  });

  it('keeps a repeated order, which is a replay', () => {
    const input = withSecondRow('orders', {});
    expect(input.orders.map(({ line }) => line)).toEqual([2, 3]);
    expect(input.problems).toEqual([]);
  });

  it('reports every bad cell of a row, each once', () => {
    const input = withSecondRow('goods', { gtin: '1', latitude: 'x', origin: '' });
    expect(found(input)).toEqual([
      'goods 3 gtin INPUT_BAD_GTIN',
      'goods 3 origin INPUT_BAD_COUNTRY',
      'goods 3 latitude INPUT_BAD_COORDINATE',
    ]);
  });

  it('reports the problems of a file line by line', () => {
    const bad = (cells: Cells): Cells => ({ ...GOOD.orders, ...cells });
    const orders = toCsv(
      bad({ customer_id: 'u-9' }),
      bad({ then: '?' }),
      bad({ merchant_id: 'm-9' }),
    );
    expect(load({ orders }).problems.map(({ line }) => line)).toEqual([2, 3, 4]);
  });

  it('never quotes a value', () => {
    const secrets = {
      name: 'Secret\u0007',
      phone: 'call 4711',
      email: 'me at home',
      birth_date: 'yesterday',
      balance: 'lots',
      latitude_1: 'here',
    };
    const input = withSecondRow('customers', { ...OTHER.customers, ...secrets });
    expect(input.problems).toHaveLength(6);
    for (const value of Object.values(secrets)) {
      expect(JSON.stringify(input.problems)).not.toContain(JSON.stringify(value).slice(1, -1));
    }
  });

  it('says of each problem what to do', () => {
    const [problem] = withSecondRow('goods', { gtin: '1' }).problems;
    expect(problem).toMatchObject(INPUT_PROBLEMS.INPUT_BAD_GTIN);
  });
});

describe('a file that cannot be used', () => {
  const header = (cells: Cells): string => `${Object.keys(cells).join(',')}\n`;

  it('is one problem when it is missing, and nothing else is blamed', () => {
    const paths = { ...inputPaths(folder), merchants: join(folder, 'nowhere.csv') };
    load();
    const input = loadInput(paths);
    expect(input.problems).toMatchObject([
      { file: paths.merchants, line: 0, field: '', code: 'INPUT_FILE_UNREADABLE' },
    ]);
    expect(input.orders).toHaveLength(1);
  });

  it.each([
    ['INPUT_BAD_ENCODING', 0, Buffer.from('merchant_id,n\xe4me\n', 'latin1')],
    ['INPUT_MISSING_HEADER', 1, ''],
    ['INPUT_MISSING_HEADER', 1, 'm-1,Feinkost,L-1,2030-01-31,50200000\n'],
    ['INPUT_BAD_CSV', 1, '"merchant_id'],
  ] as const)('is one problem: %s', (code, line, merchants) => {
    const input = load({ merchants });
    expect(input.problems.map((problem) => [problem.code, problem.line])).toEqual([[code, line]]);
    const files = [inputPaths(folder).merchants];
    expect(input.unusable).toEqual(files);
    const refusal = expect.objectContaining({
      code: 'INPUT_UNUSABLE',
      details: { files },
    }) as Error;
    expect(() => ensureUsable(input)).toThrow(refusal);
  });

  it('is one problem when it is a folder', () => {
    load();
    const input = loadInput({ ...inputPaths(folder), merchants: folder });
    expect(input.problems).toMatchObject([{ line: 0, code: 'INPUT_FILE_UNREADABLE' }]);
  });

  it('is one problem when it is larger than a file may be, and is not read as a whole', () => {
    load();
    const large = join(folder, 'large.csv');
    writeFileSync(large, '');
    truncateSync(large, MOST_BYTES + 1);
    const input = loadInput({ ...inputPaths(folder), merchants: large });
    expect(input.problems).toMatchObject([{ line: 0, code: 'INPUT_FILE_TOO_LARGE' }]);
  });

  it('is not read on after very many problems, and says so on the last line read', () => {
    const text = `${toCsv(GOOD.merchants)}${'x\n'.repeat(MOST_PROBLEMS + 5)}`;
    const input = load({ merchants: text });
    expect(input.problems).toHaveLength(MOST_PROBLEMS + 1);
    expect(input.problems.at(-1)).toMatchObject({
      code: 'INPUT_TOO_MANY_PROBLEMS',
      line: MOST_PROBLEMS + 2,
    });
    expect(input.unusable).toEqual([inputPaths(folder).merchants]);
  });

  it('is none with bad rows', () => {
    const input = load({ merchants: toCsv({ ...GOOD.merchants, merchant_id: 'm/2' }) });
    expect(input.problems).not.toEqual([]);
    expect(() => ensureUsable(input)).not.toThrow();
  });

  it('names the column that the header lacks', () => {
    const rest = Object.fromEntries(Object.entries(GOOD.goods).filter(([name]) => name !== 'gtin'));
    expect(found(load({ goods: toCsv(rest) }))).toEqual(['goods 1 gtin INPUT_MISSING_COLUMN']);
  });

  it('names the column that the header repeats', () => {
    const goods = header(GOOD.goods).replace('\n', ',price\n');
    expect(found(load({ goods }))).toEqual(['goods 1 price INPUT_DUPLICATE_COLUMN']);
  });

  it('may be without rows', () => {
    expect(load({ orders: header(GOOD.orders) }).problems).toEqual([]);
  });
});

describe('the form of a file', () => {
  /** Turns the bytes of each pair around. */
  const swapped = (bytes: Buffer): Buffer => Buffer.from(bytes).swap16();

  it.each<[string, (text: string) => string | Buffer]>([
    ['separated by semicolons', (text) => text.replaceAll(',', ';')],
    ['separated by tabs', (text) => text.replaceAll(',', '\t')],
    ['with CR alone at the ends of lines', (text) => text.replaceAll('\n', '\r')],
    ['in UTF-16, little end first', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['in UTF-16, big end first', (text) => swapped(Buffer.from(`\uFEFF${text}`, 'utf16le'))],
  ])('may be %s, as spreadsheets write it', (_, written) => {
    const merchants = { ...GOOD.merchants, name: 'Straße 4' };
    const input = load({ merchants: written(toCsv(merchants)) });
    expect(input.problems).toEqual([]);
    expect(input.merchants).toMatchObject([{ name: 'Straße 4' }]);
  });

  const row = (cells: Cells): string => toCsv(cells).split('\n').slice(1).join('\n');

  it('may have a byte-order mark, CRLF, empty lines, columns in another order and columns of its own', () => {
    const reversed = Object.fromEntries(
      Object.entries({ ...GOOD.merchants, note: 'ours' }).reverse(),
    );
    const text = `\uFEFF${toCsv(reversed)}\n`.replaceAll('\n', '\r\n');
    const input = load({ merchants: text });
    expect(input.problems).toEqual([]);
    expect(input.merchants).toEqual(load().merchants);
  });

  it.each([['\n'], ['\r\n']])('keeps line numbers right after line breaks in cells (%j)', (end) => {
    const good = { ...GOOD.merchants, name: 'Fein\n"Kost", Köln' };
    const bad = { ...GOOD.merchants, merchant_id: 'm-3', name: 'a\nb', categories: 'x' };
    const text = `${toCsv(good)}\n${row(bad)}${row({ ...GOOD.merchants, merchant_id: 'm-4' })}`;
    const input = load({ merchants: text.replaceAll('\n', end) });
    expect(input.merchants.map(({ line, name }) => [line, name])).toEqual([
      [2, 'Fein\n"Kost", Köln'],
      [7, 'Feinkost'],
    ]);
    expect(found(input)).toEqual(['merchants 5 categories INPUT_BAD_CATEGORY']);
  });

  it('reports a row with a cell too many and goes on', () => {
    const text = `${toCsv(GOOD.merchants)}m-2,Obst,und,Gemüse,,50200000\n${row({ ...GOOD.merchants, merchant_id: 'm-3' })}`;
    const input = load({ merchants: text });
    expect(found(input)).toEqual(['merchants 3  INPUT_COLUMN_COUNT']);
    expect(input.merchants.map(({ line }) => line)).toEqual([2, 4]);
  });

  it('keeps the rows before a quote that is never closed, and names the row that opens it', () => {
    const input = load({ merchants: `${toCsv(GOOD.merchants)}\nm-2,"Obst\nm-3,Gemüse\n` });
    expect(found(input)).toEqual(['merchants 4  INPUT_BAD_CSV']);
    expect(input.merchants).toHaveLength(1);
  });
});
