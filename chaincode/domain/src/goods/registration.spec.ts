// SPDX-License-Identifier: Apache-2.0
// Units 8 and 15: comparing picked goods with registered ones, and when ratings stop a sale.
import { UNRATED } from '../feedback/ratings';
import type { BasketLine } from '../ledger/order-shapes';
import type { GoodsRow } from '../ledger/catalogue-shapes';
import { DEFAULT_POLICY } from '../policy/default-policy';
import {
  ensureGoodsAsPicked,
  goodsDifferences,
  goodsDigest,
  type Registration,
} from './registration';

const REGISTRATION: Registration = {
  gtin: '4006381333931',
  category: '43211503',
  price: '1250',
  currency: 'EUR',
  origin: 'DE',
  certificate: 'CE-2024-118',
  weightGrams: 1400,
};
const GOODS: GoodsRow = {
  ...REGISTRATION,
  merchantId: 'merchant-1',
  location: { latitude: 52_520_008, longitude: 13_404_954 },
  withdrawn: false,
  digest: goodsDigest(REGISTRATION),
  rating: UNRATED,
};
const LINE: BasketLine = {
  gtin: GOODS.gtin,
  quantity: 2,
  unitPrice: '1250',
  goodsDigest: GOODS.digest,
};

describe('the digest of a registration', () => {
  it.each([
    ['gtin', '5901234123457'],
    ['category', '43211504'],
    ['price', '1251'],
    ['currency', 'USD'],
    ['origin', 'FR'],
    ['certificate', 'CE-2024-119'],
    ['weightGrams', 1401],
  ])('changes with %s', (field, value) => {
    expect(goodsDigest({ ...REGISTRATION, [field]: value })).not.toBe(goodsDigest(REGISTRATION));
  });

  it('does not change with what a customer does not rely on', () => {
    const moved = { ...GOODS, location: { latitude: 0, longitude: 0 }, withdrawn: true };
    expect(goodsDigest(moved)).toBe(goodsDigest(REGISTRATION));
  });

  it('is the published digest of this example, so that shop pages written elsewhere agree', () => {
    const text =
      '{"category":"43211503","certificate":"CE-2024-118","currency":"EUR","gtin":"4006381333931",' +
      '"origin":"DE","price":"1250","weightGrams":1400}';
    expect(JSON.parse(text)).toEqual(REGISTRATION);
    expect(goodsDigest(REGISTRATION)).toBe(
      'd0864aa2b47b4f34d812dca784d46a626ce0ca4bd42be9f3a850aa51fe0f9b43',
    );
  });
});

describe('unit 8', () => {
  const check =
    (line: Partial<BasketLine>, goods: Partial<GoodsRow>, currency = 'EUR') =>
    () => {
      ensureGoodsAsPicked({ ...LINE, ...line }, { ...GOODS, ...goods }, currency, {
        now: 0,
        ratings: DEFAULT_POLICY.ratings,
      });
    };

  it('passes goods as registered', () => expect(check({}, {})).not.toThrow());

  it.each([
    ['withdrawn goods', {}, { withdrawn: true }, 'EUR', 'GOODS_WITHDRAWN'],
    ['another currency', {}, {}, 'USD', 'CURRENCY_MISMATCH'],
    ['another digest', { goodsDigest: 'f'.repeat(64) }, {}, 'EUR', 'GOODS_DIGEST_MISMATCH'],
    ['another price', { unitPrice: '1249' }, {}, 'EUR', 'GOODS_DIGEST_MISMATCH'],
    [
      'defective goods',
      {},
      { rating: { at: 0, weight: 3000, stars: 15_000, defects: 3000 } },
      'EUR',
      'GOODS_DEFECTIVE',
    ],
  ])('refuses %s', (_, line, goods, currency, code) => {
    expect(check(line, goods, currency)).toThrow(
      expect.objectContaining({
        code,
        details: expect.objectContaining({ gtin: LINE.gtin }) as unknown,
      }) as Error,
    );
  });

  it('names both prices', () => {
    expect(check({ unitPrice: '1' }, {})).toThrow(
      expect.objectContaining({
        details: { gtin: LINE.gtin, registeredPrice: '1250', pickedPrice: '1' },
      }) as Error,
    );
  });
});

describe('unit 15', () => {
  it('finds nothing when nothing differs', () => {
    expect(goodsDifferences(LINE, GOODS, 'EUR')).toEqual([]);
  });

  it.each([
    ['digest', { goodsDigest: 'f'.repeat(64) }, {}, 'EUR', 'f'.repeat(64), GOODS.digest],
    ['price', { unitPrice: '1' }, {}, 'EUR', '1', '1250'],
    ['currency', {}, {}, 'USD', 'USD', 'EUR'],
    ['withdrawn', {}, { withdrawn: true }, 'EUR', false, true],
  ])('names the field %s with both values', (field, line, goods, currency, picked, registered) => {
    expect(goodsDifferences({ ...LINE, ...line }, { ...GOODS, ...goods }, currency)).toEqual([
      { field: `${LINE.gtin}.${field}`, values: { picked, registered } },
    ]);
  });

  it('names all differences at once', () => {
    const line = { ...LINE, goodsDigest: 'f'.repeat(64), unitPrice: '1' };
    const found = goodsDifferences(line, { ...GOODS, withdrawn: true }, 'USD');
    expect(found.map((entry) => entry.field)).toEqual(
      ['digest', 'price', 'currency', 'withdrawn'].map((field) => `${LINE.gtin}.${field}`),
    );
  });
});
