// SPDX-License-Identifier: Apache-2.0
// Keys: one prefix is one range, kinds never overlap, and keys sort in order of time.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import { byCodeUnit } from '../base/canonical';
import { ROWS, timeKey } from './row-keys';
import { loginSubject, orderSubject } from './rows';

fc.configureGlobal({ seed: SEED });

const identifier = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,8}$/);

it('every kind has its own name as prefix', () => {
  const kinds = Object.entries(ROWS).map(([name, row]) => [name, row.kind]);
  for (const [name, kind] of kinds) expect(kind).toBe(name);
});

it('keys are kind and parts', () => {
  expect(ROWS.order.key('merchant-1', 'ORD-1')).toBe('order/merchant-1/ORD-1');
  expect(ROWS.registry.key()).toBe('registry');
  expect(ROWS.credit.prefix('payee-1', 'EUR')).toBe('credit/payee-1/EUR/');
  expect(orderSubject({ merchantId: 'merchant-1', orderNumber: 'ORD-1' })).toBe(
    'order/merchant-1/ORD-1',
  );
  expect(loginSubject('login-1')).toBe('login/login-1');
});

it('different parts never make the same key, and a prefix covers only its own rows', () => {
  fc.assert(
    fc.property(identifier, identifier, identifier, identifier, (a, b, c, d) => {
      const same = a === c && b === d;
      expect(ROWS.order.key(a, b) === ROWS.order.key(c, d)).toBe(same);
      expect(ROWS.order.key(a, b).startsWith(ROWS.order.prefix(c))).toBe(a === c);
      expect(ROWS.terms.key(a, b).startsWith(ROWS.order.prefix())).toBe(false);
    }),
  );
});

it('times in keys sort in order', () => {
  const time = fc.nat({ max: 8_640_000_000_000 });
  fc.assert(
    fc.property(time, time, (a, b) => {
      expect(Math.sign(byCodeUnit(timeKey(a), timeKey(b)))).toBe(Math.sign(a - b));
    }),
  );
});
