// SPDX-License-Identifier: Apache-2.0
// Units 9, 10 and 12: the partition, who may sell, whether logistics quoted the customer's choice, and whether the
// categories agree.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import { BLAMELESS } from '../conduct/conduct';
import { UNRATED } from '../feedback/ratings';
import type { MerchantRow } from '../ledger/catalogue-shapes';
import type { OrderTerms } from '../ledger/order-shapes';
import type { QuoteRow } from '../ledger/rows';
import { TERMS } from '../transactions/examples';
import {
  categoriesOf,
  ensureCategoriesAgree,
  ensureChoiceQuoted,
  ensureMerchantMaySell,
  partitionOf,
} from './partition';

fc.configureGlobal({ seed: SEED });

const NOW = 1_800_000_000;

describe('unit 9', () => {
  it('puts every line into its category, both in code-unit order', () => {
    const goods = [
      { gtin: '5901234123457', category: '50000000' },
      { gtin: '4006381333931', category: '43211503' },
      { gtin: '0000000000000', category: '50000000' },
    ];
    expect(partitionOf(goods)).toEqual([
      { category: '43211503', gtins: ['4006381333931'] },
      { category: '50000000', gtins: ['0000000000000', '5901234123457'] },
    ]);
    expect(categoriesOf(partitionOf(goods))).toEqual(['43211503', '50000000']);
    expect(partitionOf([])).toEqual([]);
  });

  it('loses and repeats no goods, and does not depend on the order of lines', () => {
    const entry = fc.record({ gtin: fc.string(), category: fc.constantFrom('1', '2', '10', 'a') });
    fc.assert(
      fc.property(fc.array(entry), (goods) => {
        const partition = partitionOf(goods);
        const flat = partition.flatMap(({ category, gtins }) =>
          gtins.map((gtin) => ({ gtin, category })),
        );
        const text = (list: readonly object[]) => list.map((item) => JSON.stringify(item)).sort();
        expect(text(flat)).toEqual(text(goods));
        expect(new Set(categoriesOf(partition)).size).toBe(partition.length);
        expect(partitionOf([...goods].reverse())).toEqual(partition);
      }),
    );
  });
});

describe('unit 10, the merchant', () => {
  const MERCHANT: MerchantRow = {
    merchantId: 'merchant-1',
    mspId: 'MerchantMSP',
    bankId: 'bank-1',
    active: true,
    licence: { number: 'LIC-1', validUntil: NOW + 1 },
    categories: ['43000000', '50110000'],
    rating: UNRATED,
    conduct: BLAMELESS,
    revision: 0,
  };
  const check =
    (changes: Partial<MerchantRow>, categories = ['43211503', '50111500']) =>
    () => {
      ensureMerchantMaySell({ ...MERCHANT, ...changes }, categories, NOW);
    };

  it('passes within a licence that still has a second', () => expect(check({})).not.toThrow());

  it.each([
    ['inactive', { active: false }, 'MERCHANT_INACTIVE'],
    ['without a licence', { licence: null }, 'MERCHANT_NOT_LICENSED'],
    [
      'whose licence ends now',
      { licence: { number: 'LIC-1', validUntil: NOW } },
      'MERCHANT_NOT_LICENSED',
    ],
    ['allowed to sell only a part', { categories: ['43000000'] }, 'CATEGORY_NOT_ALLOWED'],
    ['allowed to sell nothing', { categories: [] }, 'CATEGORY_NOT_ALLOWED'],
  ])('refuses a merchant %s', (_, changes, code) => {
    expect(check(changes)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('names the category that is not allowed', () => {
    expect(check({ categories: ['43000000'] })).toThrow(
      expect.objectContaining({
        details: { merchantId: 'merchant-1', category: '50111500' },
      }) as Error,
    );
  });
});

describe("unit 10, the customer's choice", () => {
  const QUOTE: QuoteRow = {
    logisticsId: 'logistics-1',
    basketDigest: 'd'.repeat(64),
    goodsTotal: '2500',
    categories: ['43211503'],
    offers: [
      {
        addressRef: 'addr-1',
        couriers: [
          { courierId: 'courier-2', fee: '400' },
          { courierId: 'courier-1', fee: '450' },
        ],
      },
      { addressRef: 'addr-2', couriers: [{ courierId: 'courier-3', fee: '450' }] },
    ],
    expiresAt: NOW,
    statement: null,
    receipt: null,
  };
  const check =
    (terms: Partial<OrderTerms>, quote: Partial<QuoteRow>, digest = QUOTE.basketDigest) =>
    () => {
      ensureChoiceQuoted({ ...TERMS, ...terms }, digest, { ...QUOTE, ...quote }, NOW);
    };

  it('may be any courier quoted, not only the best, until the quote is over', () => {
    expect(check({}, {})).not.toThrow();
    expect(check({ courierId: 'courier-2', fee: '400' }, {})).not.toThrow();
  });

  it.each([
    ['another basket', {}, {}, 'e'.repeat(64), 'QUOTE_MISMATCH'],
    ['a quote that is over', {}, { expiresAt: NOW - 1 }, undefined, 'QUOTE_EXPIRED'],
    ['an address not offered', { addressRef: 'addr-9' }, {}, undefined, 'ADDRESS_UNKNOWN'],
    ['a courier not quoted', { courierId: 'courier-9' }, {}, undefined, 'COURIER_NOT_ELIGIBLE'],
    [
      'a courier of another address',
      { courierId: 'courier-3' },
      {},
      undefined,
      'COURIER_NOT_ELIGIBLE',
    ],
    ['a lower fee', { fee: '449' }, {}, undefined, 'QUOTE_MISMATCH'],
    ["another courier's fee", { fee: '400' }, {}, undefined, 'QUOTE_MISMATCH'],
    ['another price of the goods', { goodsTotal: '2499' }, {}, undefined, 'QUOTE_MISMATCH'],
  ])('refuses %s', (_, terms, quote, digest, code) => {
    expect(check(terms, quote, digest)).toThrow(expect.objectContaining({ code }) as Error);
  });
});

describe('unit 12', () => {
  const both = ['43211503', '50111500'];

  it('passes when order, partition and couriers agree', () => {
    expect(() => ensureCategoriesAgree(both, both, both)).not.toThrow();
  });

  it.each([
    ['a category more', [...both, '60000000'], both, both, 'CATEGORY_MISMATCH'],
    ['a category less', ['43211503'], both, both, 'CATEGORY_MISMATCH'],
    ['a category changed', ['43211504', '50111500'], both, both, 'CATEGORY_MISMATCH'],
    ['couriers quoted for less', both, both, ['43211503'], 'COURIER_NOT_ELIGIBLE'],
    ['couriers quoted for nothing', both, both, [], 'COURIER_NOT_ELIGIBLE'],
  ])('refuses %s', (_, current, verified, quoted, code) => {
    expect(() => ensureCategoriesAgree(current, verified, quoted)).toThrow(
      expect.objectContaining({ code }) as Error,
    );
  });
});
