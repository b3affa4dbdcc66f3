// SPDX-License-Identifier: Apache-2.0
// Unit 7: the score falls with every bad entry, rises with good ones, and its class sets the limits.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import type { HistoryKind } from '../ledger/rows';
import { DEFAULT_POLICY } from '../policy/default-policy';
import { addToHistory, firstStanding, limitsFor, NO_HISTORY, scoreOf, share } from './reputation';

const policy = DEFAULT_POLICY.reputation;

fc.configureGlobal({ seed: SEED });

const BAD: readonly HistoryKind[] = ['mismatch', 'dispute', 'failedAuthentication', 'doubleSpend'];
const count = fc.nat({ max: 1000 });
const history = fc.record({
  success: count,
  mismatch: count,
  dispute: count,
  failedAuthentication: count,
  doubleSpend: count,
});
const score = fc.integer({ min: 0, max: 100 });

describe('the score', () => {
  it.each([
    [{}, 100],
    [{ success: 50 }, 100],
    [{ mismatch: 1 }, 90],
    [{ dispute: 1 }, 85],
    [{ failedAuthentication: 1 }, 95],
    [{ doubleSpend: 1 }, 40],
    [{ doubleSpend: 2 }, 0],
    [{ mismatch: 1, success: 4 }, 94],
    [{ doubleSpend: 1, success: 20 }, 60],
    [{ doubleSpend: 1, success: 21 }, 60],
    [{ mismatch: 2, dispute: 1, failedAuthentication: 1 }, 60],
  ])('of %j is %d', (entries, expected) => {
    expect(scoreOf({ ...NO_HISTORY, ...entries }, policy)).toBe(expected);
  });

  it('never rises with one more bad entry, never falls with a success, and stays within 0 … 100', () => {
    fc.assert(
      fc.property(history, fc.constantFrom(...BAD), (totals, kind) => {
        const before = scoreOf(totals, policy);
        expect(before >= 0 && before <= 100 && Number.isInteger(before)).toBe(true);
        expect(scoreOf(addToHistory(totals, [kind]), policy)).toBeLessThanOrEqual(before);
        expect(scoreOf(addToHistory(totals, ['success']), policy)).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  it('rises again after small faults, by the lost points', () => {
    const fallen = addToHistory(NO_HISTORY, ['mismatch', 'failedAuthentication']);
    const good = Array.from({ length: 15 }, () => 'success' as const);
    expect(scoreOf(addToHistory(fallen, good.slice(1)), policy)).toBe(99);
    expect(scoreOf(addToHistory(fallen, good), policy)).toBe(100);
  });

  it('loses a refunded success, and never more than it had', () => {
    const fallen = addToHistory(NO_HISTORY, ['mismatch', 'success', 'success']);
    expect(scoreOf(addToHistory(fallen, ['refund']), policy)).toBe(91);
    expect(addToHistory(NO_HISTORY, ['refund'])).toEqual(NO_HISTORY);
  });

  it('does not change with a purchase that is not a success', () => {
    expect(addToHistory(NO_HISTORY, ['purchase'])).toEqual(NO_HISTORY);
  });

  it('falls after a double spend, even with a long good history before or after it', () => {
    const good = { ...NO_HISTORY, success: 1000 };
    expect(scoreOf(addToHistory(good, ['doubleSpend']), policy)).toBe(60);
    expect(limitsFor(60, policy).release).toBe('delivery');
  });
});

describe('the history', () => {
  it('counts each kind in any order, and does not change its input', () => {
    const kinds: HistoryKind[] = ['success', 'dispute', 'success', 'doubleSpend'];
    const expected = { ...NO_HISTORY, success: 2, dispute: 1, doubleSpend: 1 };
    const frozen = Object.freeze({ ...NO_HISTORY });
    expect(addToHistory(frozen, kinds)).toEqual(expected);
    expect(addToHistory(frozen, kinds.reverse())).toEqual(expected);
    expect(addToHistory(frozen, [])).toEqual(NO_HISTORY);
  });
});

describe('limits', () => {
  it.each([
    [100, 100, 'match'],
    [80, 100, 'match'],
    [79, 50, 'delivery'],
    [50, 50, 'delivery'],
    [49, 20, 'delivery'],
    [20, 20, 'delivery'],
    [19, 5, 'delivery'],
    [0, 5, 'delivery'],
    [-1, 0, 'delivery'],
  ])('a score of %d allows %d %% and releases at %s', (points, percent, release) => {
    expect(limitsFor(points, policy)).toEqual({ percent, release });
  });

  it('never rise when the score falls', () => {
    fc.assert(
      fc.property(score, score, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(limitsFor(low, policy).percent).toBeLessThanOrEqual(limitsFor(high, policy).percent);
        if (limitsFor(low, policy).release === 'match')
          expect(limitsFor(high, policy).release).toBe('match');
      }),
    );
  });
});

describe('a share of a limit', () => {
  it.each([
    ['500000', 100, '500000'],
    ['500000', 79, '250000'],
    ['500000', 20, '100000'],
    ['500000', 0, '25000'],
    ['99', 50, '49'],
    ['0', 100, '0'],
    ['9'.repeat(18), 50, `4${'9'.repeat(17)}`],
  ])('limit %s, score %d: %s, rounded down', (limit, points, expected) => {
    expect(share(limit, limitsFor(points, policy).percent)).toBe(expected);
  });
});

describe('another policy', () => {
  const strict = {
    ...policy,
    firstScore: 60,
    penalties: { ...policy.penalties, dispute: 30 },
    classes: [
      { from: 70, limits: { percent: 100, release: 'match' as const } },
      { from: 0, limits: { percent: 10, release: 'delivery' as const } },
    ],
  };

  it('can start lower, let successes raise the score above the start, and weigh entries differently', () => {
    expect(firstStanding(strict)).toEqual({ totals: NO_HISTORY, score: 60 });
    expect(scoreOf({ ...NO_HISTORY, success: 15 }, strict)).toBe(75);
    expect(scoreOf({ ...NO_HISTORY, dispute: 1 }, strict)).toBe(30);
    expect(limitsFor(69, strict)).toEqual({ percent: 10, release: 'delivery' });
    expect(limitsFor(75, strict)).toEqual({ percent: 100, release: 'match' });
  });
});
