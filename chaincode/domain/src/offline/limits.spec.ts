// SPDX-License-Identifier: Apache-2.0
// How much a customer may reserve: the class of the score scales the caps, and a double spend ends it.
import { OFFLINE_POLICY } from '../../../../test/support/offline-world';
import { NO_HISTORY, scoreOf } from '../identity/reputation';
import { DEFAULT_POLICY } from '../policy/default-policy';
import { offlineLimits } from './limits';

const { reputation } = DEFAULT_POLICY;
const POLICY = { offline: OFFLINE_POLICY, reputation };

const clean = { score: 100, totals: NO_HISTORY };

it.each([
  [100, '5000', '20000'],
  [80, '5000', '20000'],
  [79, '2500', '10000'],
  [50, '2500', '10000'],
  [49, '1000', '4000'],
  [20, '1000', '4000'],
  [19, '250', '1000'],
  [0, '250', '1000'],
])('a score of %s allows %s a payment and %s in all', (score, perPayment, total) => {
  expect(offlineLimits(POLICY, { ...clean, score }, 'EUR')).toEqual({ perPayment, total });
});

it('one double spend ends it, even with an otherwise good history', () => {
  const totals = { ...NO_HISTORY, success: 1_000_000, doubleSpend: 1 };
  expect(
    offlineLimits(POLICY, { score: scoreOf(totals, reputation), totals }, 'EUR'),
  ).toBeUndefined();
  expect(offlineLimits(POLICY, { score: 100, totals }, 'EUR')).toBeUndefined();
});

it('a currency without caps is never paid offline', () => {
  expect(offlineLimits(POLICY, clean, 'CNY')).toBeUndefined();
  expect(offlineLimits(POLICY, clean, 'toString')).toBeUndefined();
});

it('caps that scale down to nothing allow nothing', () => {
  const offline = { ...OFFLINE_POLICY, caps: { EUR: { perPayment: '19', total: '100' } } };
  expect(offlineLimits({ offline, reputation }, { ...clean, score: 0 }, 'EUR')).toBeUndefined();
});
