// SPDX-License-Identifier: Apache-2.0
// The terms: digest and signature bind every field, and the sums add up.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import { found } from '../base/errors';
import type { OrderTerms } from '../ledger/order-shapes';
import { ORDER, TERMS } from '../transactions/examples';
import {
  basketDigest,
  basketOf,
  ensureDistinctLines,
  ensureTermsAddUp,
  goodsTotalOf,
  ratingsText,
  signedText,
  termsDigest,
} from './terms';

fc.configureGlobal({ seed: SEED });

const LINE = found(TERMS.lines[0], 'INTERNAL');
const SECOND = { ...LINE, gtin: '5901234123457' };
const OTHER = 'f'.repeat(64);

/** One changed value for every field of a basket … */
const BASKET_CHANGES: Partial<OrderTerms>[] = [
  { merchantId: 'merchant-2' },
  { orderNumber: 'ORD-1002' },
  { customerId: 'customer-2' },
  { loginId: 'login-2' },
  { logisticsId: 'logistics-2' },
  { currency: 'USD' },
  { lines: [{ ...LINE, gtin: SECOND.gtin }] },
  { lines: [{ ...LINE, quantity: 3 }] },
  { lines: [{ ...LINE, unitPrice: '1251' }] },
  { lines: [{ ...LINE, goodsDigest: OTHER }] },
  { lines: [LINE, SECOND] },
  { lines: [] },
  { addressRefs: ['addr-2'] },
  { addressRefs: ['addr-1', 'addr-2'] },
  { addressesDigest: OTHER },
];
/** … and of what the customer chooses later. */
const CHOICES: Partial<OrderTerms>[] = [
  { channel: 'other' },
  { addressRef: 'addr-2' },
  { courierId: 'courier-2' },
  { fee: '449' },
  { goodsTotal: '2501' },
  { total: '2951' },
  { holdSeconds: 3601 },
  { deliveryCommitment: OTHER },
];
const nameOf = (change: Partial<OrderTerms>) => JSON.stringify(change).slice(0, 60);
const cases = (changes: Partial<OrderTerms>[]) =>
  changes.map((change) => [nameOf(change), change] as const);

it('the changes below cover every field of the terms', () => {
  const covered = [...BASKET_CHANGES, ...CHOICES].flatMap((change) => Object.keys(change));
  expect([...new Set(covered)].sort()).toEqual(Object.keys(TERMS).sort());
});

describe.each(cases([...BASKET_CHANGES, ...CHOICES]))('%s', (_, change) => {
  it('changes digest and signed text', () => {
    expect(termsDigest({ ...TERMS, ...change })).not.toBe(termsDigest(TERMS));
    expect(signedText({ ...TERMS, ...change })).not.toBe(signedText(TERMS));
  });
});

describe('the digest of the basket', () => {
  it.each(cases(BASKET_CHANGES))('changes with %s', (_, change) => {
    expect(basketDigest({ ...TERMS, ...change })).not.toBe(basketDigest(TERMS));
  });

  it.each(cases(CHOICES))('does not know %s, so terms and their basket agree', (_, change) => {
    expect(basketDigest({ ...TERMS, ...change })).toBe(basketDigest(TERMS));
    expect(basketDigest(basketOf({ ...TERMS, ...change }))).toBe(basketDigest(TERMS));
  });

  it('covers the order of lines and addresses', () => {
    const lines = [LINE, SECOND];
    expect(basketDigest({ ...TERMS, lines })).not.toBe(
      basketDigest({ ...TERMS, lines: lines.toReversed() }),
    );
  });
});

describe('what is signed', () => {
  it('contains its purpose, so that a rating is never an order', () => {
    expect(JSON.parse(signedText(TERMS))).toEqual({
      purpose: 'fabric-offline-pay/order-terms/1',
      terms: TERMS,
    });
    expect(JSON.parse(ratingsText(ORDER, [{ stars: 5 }]))).toEqual({
      purpose: 'fabric-offline-pay/ratings/1',
      ...ORDER,
      ratings: [{ stars: 5 }],
    });
  });

  it('does not depend on the order in which fields were set', () => {
    const shuffled = Object.fromEntries(Object.entries(TERMS).reverse()) as typeof TERMS;
    expect(Object.keys(shuffled)).not.toEqual(Object.keys(TERMS));
    expect(signedText(shuffled)).toBe(signedText(TERMS));
  });

  it('binds ratings to merchant, order and content', () => {
    const text = ratingsText(ORDER, [{ stars: 5 }]);
    expect(ratingsText({ ...ORDER, merchantId: 'merchant-2' }, [{ stars: 5 }])).not.toBe(text);
    expect(ratingsText({ ...ORDER, orderNumber: 'ORD-1002' }, [{ stars: 5 }])).not.toBe(text);
    expect(ratingsText(ORDER, [{ stars: 4 }])).not.toBe(text);
  });
});

describe('sums', () => {
  it('are quantity times price, over all lines', () => {
    expect(goodsTotalOf([])).toBe('0');
    const line = fc.record({ quantity: fc.integer({ min: 1, max: 1_000_000 }), price: fc.nat() });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 100 }), (lines) => {
        const exact = lines.reduce(
          (sum, each) => sum + BigInt(each.quantity) * BigInt(each.price),
          0n,
        );
        const written = lines.map(({ quantity, price }) => ({
          quantity,
          unitPrice: price.toString(),
        }));
        expect(goodsTotalOf(written)).toBe(exact.toString());
      }),
    );
  });

  it('of the example add up', () => expect(() => ensureTermsAddUp(TERMS)).not.toThrow());

  it.each([
    ['goodsTotal', { goodsTotal: '2499', total: '2949' }],
    ['goodsTotal', { lines: [{ ...LINE, quantity: 3 }] }],
    ['total', { total: '2949' }],
    ['total', { total: '2951' }],
    ['total', { fee: '451' }],
  ])('that do not add up are refused with the field %s: %j', (field, change) => {
    expect(() => ensureTermsAddUp({ ...TERMS, ...change })).toThrow(
      expect.objectContaining({
        code: 'INPUT_INVALID',
        details: { field: `terms.${field}` },
      }) as Error,
    );
  });

  it('beyond 18 digits are refused', () => {
    const lines = [{ ...LINE, unitPrice: '9'.repeat(18) }];
    expect(() => ensureTermsAddUp({ ...TERMS, lines })).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }) as Error,
    );
  });
});

it('the same goods on two lines of a basket are refused', () => {
  expect(() => ensureDistinctLines([LINE, SECOND])).not.toThrow();
  expect(() => ensureDistinctLines([LINE, SECOND, LINE])).toThrow(
    expect.objectContaining({ code: 'INPUT_INVALID' }) as Error,
  );
});
