// SPDX-License-Identifier: Apache-2.0
// Money at its limits: decimal text of currencies with 0, 2, 3 and 4 digits, at most 18 digits, never a float.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import {
  addAmounts,
  AMOUNT_PATTERN,
  exponentOf,
  formatAmount,
  isAtLeast,
  isCurrency,
  minimumAmount,
  multiplyAmount,
  parseDecimal,
  subtractAmounts,
  toAmount,
  toUnits,
} from './money';

fc.configureGlobal({ seed: SEED });

const LARGEST = '9'.repeat(18);
const units = fc.bigInt({ min: 0n, max: 10n ** 18n - 1n });
/** Amounts whose sums and products stay within 18 digits. */
const small = fc.bigInt({ min: 0n, max: 10n ** 8n });
const refusal = { code: 'INPUT_INVALID' };

describe('decimal text', () => {
  it.each([
    ['12.50', 'EUR', '1250'],
    ['12.5', 'EUR', '1250'],
    ['12', 'EUR', '1200'],
    ['0.01', 'EUR', '1'],
    ['0', 'EUR', '0'],
    ['0.00', 'EUR', '0'],
    ['007.10', 'EUR', '710'],
    ['1250', 'JPY', '1250'],
    ['1.250', 'BHD', '1250'],
    ['0.001', 'BHD', '1'],
    ['1.0001', 'CLF', '10001'],
    ['999999999999999.999', 'BHD', LARGEST],
    ['90071992547409.93', 'EUR', '9007199254740993'],
  ])('%s %s is %s minor units', (text, currency, amount) => {
    expect(parseDecimal(text, currency)).toBe(amount);
  });

  it.each([
    ['12.505', 'EUR'],
    ['1.0', 'JPY'],
    ['1.0000', 'BHD'],
    ['-1', 'EUR'],
    ['+1', 'EUR'],
    ['', 'EUR'],
    ['.5', 'EUR'],
    ['5.', 'EUR'],
    ['1e3', 'EUR'],
    ['1,50', 'EUR'],
    ['1 000', 'EUR'],
    [' 1', 'EUR'],
    ['1\n', 'EUR'],
    ['0x10', 'EUR'],
    ['١٢', 'EUR'],
    ['1.2.3', 'EUR'],
    ['NaN', 'EUR'],
    ['1'.repeat(19), 'JPY'],
    ['1'.repeat(17), 'EUR'],
    ['1'.repeat(16), 'BHD'],
    ['1', 'DEM'],
    ['1', 'eur'],
  ])('refuses %j %s', (text, currency) => {
    expect(() => parseDecimal(text, currency)).toThrow(expect.objectContaining(refusal) as Error);
  });

  it.each([
    ['1250', 'EUR', '12.50'],
    ['5', 'EUR', '0.05'],
    ['0', 'EUR', '0.00'],
    ['1250', 'JPY', '1250'],
    ['0', 'JPY', '0'],
    ['1250', 'BHD', '1.250'],
    ['1', 'BHD', '0.001'],
    [LARGEST, 'BHD', '999999999999999.999'],
    [LARGEST, 'EUR', '9999999999999999.99'],
    [LARGEST, 'JPY', LARGEST],
    ['1999999999999999998', 'EUR', '19999999999999999.98'],
  ])('%s minor units of %s are written %s', (amount, currency, text) => {
    expect(formatAmount(amount, currency)).toBe(text);
  });

  it.each(['007', '-1', '1.5', ''])('%j minor units are not written', (units) => {
    expect(() => formatAmount(units, 'EUR')).toThrow(expect.objectContaining(refusal) as Error);
  });

  it('reads back what it wrote, up to the largest amount', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }).map(String);
    fc.assert(
      fc.property(amount, fc.constantFrom('EUR', 'JPY', 'BHD', 'CLF'), (written, currency) => {
        expect(parseDecimal(formatAmount(written, currency), currency)).toBe(written);
      }),
    );
  });

  it.each(['EUR', 'JPY', 'BHD', 'CLF'])('reads back the largest amount of %s', (currency) => {
    expect(parseDecimal(formatAmount(LARGEST, currency), currency)).toBe(LARGEST);
  });
});

describe('amounts on the wire', () => {
  it.each(['0', '1', '10', LARGEST])('%s is canonical', (amount) => {
    expect(toAmount(toUnits(amount))).toBe(amount);
  });

  it.each(['', '00', '01', '-1', '+1', '1.0', ' 1', '1\n', '1e3', `1${'0'.repeat(18)}`, '١'])(
    '%j is refused',
    (amount) => {
      expect(AMOUNT_PATTERN.test(amount)).toBe(false);
      expect(() => toUnits(amount)).toThrow(expect.objectContaining(refusal) as Error);
    },
  );

  it('stays between zero and 18 digits', () => {
    expect(toAmount(10n ** 18n - 1n)).toBe(LARGEST);
    expect(() => toAmount(10n ** 18n)).toThrow(expect.objectContaining(refusal) as Error);
    expect(() => toAmount(-1n)).toThrow(expect.objectContaining(refusal) as Error);
    expect(() => addAmounts(LARGEST, '1')).toThrow(expect.objectContaining(refusal) as Error);
    expect(() => multiplyAmount(LARGEST, 2)).toThrow(expect.objectContaining(refusal) as Error);
    expect(() => subtractAmounts('1', '2')).toThrow(expect.objectContaining(refusal) as Error);
  });
});

describe('arithmetic', () => {
  it('adds nothing to zero', () => expect(addAmounts()).toBe('0'));

  it('is that of the integers', () => {
    fc.assert(
      fc.property(small, small, fc.integer({ min: 0, max: 1_000_000 }), (a, b, times) => {
        const [x, y] = [a.toString(), b.toString()];
        expect(addAmounts(x, y)).toBe((a + b).toString());
        expect(subtractAmounts(addAmounts(x, y), y)).toBe(x);
        expect(multiplyAmount(x, times)).toBe((a * BigInt(times)).toString());
      }),
    );
  });

  it('compares by value, not by text', () => {
    expect(isAtLeast('10', '9')).toBe(true);
    expect(isAtLeast('9', '10')).toBe(false);
    fc.assert(
      fc.property(units, units, (a, b) => {
        const [x, y] = [a.toString(), b.toString()];
        expect(isAtLeast(x, y)).toBe(a >= b);
        expect(minimumAmount(x, y)).toBe((a < b ? a : b).toString());
      }),
    );
  });
});

describe('currencies', () => {
  it.each([
    ['EUR', 2],
    ['USD', 2],
    ['CNY', 2],
    ['JPY', 0],
    ['KRW', 0],
    ['BHD', 3],
    ['KWD', 3],
    ['CLF', 4],
  ])('%s has %d digits', (currency, exponent) => expect(exponentOf(currency)).toBe(exponent));

  it.each(['DEM', 'eur', 'EU', 'EURO', '', '978', 'ZZZ'])('%j is none', (code) => {
    expect(isCurrency(code)).toBe(false);
    expect(() => exponentOf(code)).toThrow(expect.objectContaining(refusal) as Error);
  });
});
