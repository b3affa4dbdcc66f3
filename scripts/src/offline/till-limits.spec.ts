// SPDX-License-Identifier: Apache-2.0
// Limits are typed in units of money and kept in minor units. A misspelt limit is refused, not ignored.
import { ConfigurationError } from '@fabric-offline-pay/sdk';
import { limitsText, newLimits, parseLimits } from './till-limits.js';

/** The option and the reason of the refusal. */
function reasonOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return JSON.stringify((error as ConfigurationError).details);
  }
}

test('takes each currency once, with its own decimals', () => {
  expect(parseLimits(['EUR:payment=50.00,sum=500.00,count=40', 'JPY:sum=20000'], '24')).toEqual({
    currencies: {
      EUR: { perPayment: '5000', storedSum: '50000', storedCount: 40 },
      JPY: { storedSum: '20000' },
    },
    oldestSeconds: 86_400,
  });
  expect(parseLimits([], undefined)).toBeUndefined();
  expect(parseLimits([], '0.5')).toEqual({ oldestSeconds: 1_800 });
});

test.each([
  [['EUR'], 'is not payment='],
  [['EUR:'], 'is not payment='],
  [['EUR:most=1.00'], 'is not payment='],
  [['EUR:toString=1'], 'is not payment='],
  [['payment=50.00'], 'does not begin with a currency'],
  [['EUR:count=1', 'EUR:count=2'], 'twice'],
  [['EUR:payment=50,payment=60'], 'limits one thing twice'],
])('%j: %s', (limits, reason) => {
  expect(reasonOf(() => parseLimits(limits, undefined))).toContain(reason);
});

test.each([
  [['EUR:count=0'], undefined, 'limits.currencies.EUR.storedCount'],
  [['EUR:count=0x10'], undefined, 'limits.currencies.EUR.storedCount'],
  [['EUR:count=1e2'], undefined, 'limits.currencies.EUR.storedCount'],
  [['EUR:count=many'], undefined, 'limits.currencies.EUR.storedCount'],
  [['EUR:sum=0.00'], undefined, 'limits.currencies.EUR.storedSum'],
  [[], 'soon', 'limits.oldestSeconds'],
  [[], '0', 'limits.oldestSeconds'],
  [[], '0x10', 'limits.oldestSeconds'],
  [[], ' 24', 'limits.oldestSeconds'],
])('%j, %s hours: %s limits nothing', (limits, hours, option) => {
  expect(() => parseLimits(limits, hours)).toThrow(ConfigurationError);
  expect(reasonOf(() => parseLimits(limits, hours))).toContain(option);
});

test.each(['EUR:payment=50.00:sum=500', 'EUR:payment=50=60', 'EUR:payment=50,'])(
  'refuses all of %s',
  (limit) => {
    expect(reasonOf(() => parseLimits([limit], undefined))).not.toBe('none');
  },
);

describe('set up again', () => {
  const before = {
    currencies: { EUR: { perPayment: '5000', storedCount: 4 } },
    oldestSeconds: 3600,
  };
  const told = { limit: [], limits: true };

  test.each([
    ['keeps them when no option is given', told, before],
    [
      'replaces them by the named currencies',
      { ...told, limit: ['JPY:sum=20000'] },
      { currencies: { JPY: { storedSum: '20000' } }, oldestSeconds: 3600 },
    ],
    ['changes only the age', { ...told, oldestHours: '2' }, { ...before, oldestSeconds: 7200 }],
    ['removes them', { ...told, limits: false }, undefined],
    [
      'removes all but the named ones',
      { limit: ['EUR:count=9'], limits: false },
      { currencies: { EUR: { storedCount: 9 } } },
    ],
  ])('%s', (_, options, after) => {
    expect(newLimits(before, options)).toEqual(after);
  });

  test('shows them to a person', () => {
    expect(limitsText(before)).toBe(
      '50.00 a payment, 4 payments waiting in EUR; nothing while a payment has waited for 1 h',
    );
  });
});
