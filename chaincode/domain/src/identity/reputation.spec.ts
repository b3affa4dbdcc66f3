// SPDX-License-Identifier: Apache-2.0
// Unit 7: the score falls with every bad entry, rises with good ones, and sets the limits by class.
import fc from 'fast-check';
import type { HistoryKind, PolicyRow } from '../ledger/rows';
import { POLICY } from '../transactions/examples';
import { addToHistory, limitsFor, NO_HISTORY, orderLimit, scoreOf } from './reputation';

fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? Date.now()) });

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
    expect(scoreOf({ ...NO_HISTORY, ...entries })).toBe(expected);
  });

  it('never rises with one more bad entry, never falls with a success, and stays within 0 … 100', () => {
    fc.assert(
      fc.property(history, fc.constantFrom(...BAD), (totals, kind) => {
        const before = scoreOf(totals);
        expect(before >= 0 && before <= 100 && Number.isInteger(before)).toBe(true);
        expect(scoreOf(addToHistory(totals, [kind]))).toBeLessThanOrEqual(before);
        expect(scoreOf(addToHistory(totals, ['success']))).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  it('is earned back after slips, by as many points', () => {
    const fallen = addToHistory(NO_HISTORY, ['mismatch', 'failedAuthentication']);
    const good = Array.from({ length: 15 }, () => 'success' as const);
    expect(scoreOf(addToHistory(fallen, good.slice(1)))).toBe(99);
    expect(scoreOf(addToHistory(fallen, good))).toBe(100);
  });

  it('falls after a double spend, however long the good history, before or after', () => {
    const good = { ...NO_HISTORY, success: 1000 };
    expect(scoreOf(addToHistory(good, ['doubleSpend']))).toBe(60);
    expect(limitsFor(60).release).toBe('delivery');
  });
});

describe('the history', () => {
  it('counts each kind, whatever the order, and leaves what it was given alone', () => {
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
    expect(limitsFor(points)).toEqual({ percent, release });
  });

  it('never loosen when the score falls', () => {
    fc.assert(
      fc.property(score, score, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(limitsFor(low).percent).toBeLessThanOrEqual(limitsFor(high).percent);
        if (limitsFor(low).release === 'match') expect(limitsFor(high).release).toBe('match');
      }),
    );
  });
});

describe('the most that one order may cost', () => {
  const policy = (limit: string): PolicyRow => ({ ...POLICY, orderLimit: { EUR: limit } });

  it.each([
    ['500000', 100, '500000'],
    ['500000', 79, '250000'],
    ['500000', 20, '100000'],
    ['500000', 0, '25000'],
    ['99', 50, '49'],
    ['0', 100, '0'],
    ['9'.repeat(18), 50, `4${'9'.repeat(17)}`],
  ])('limit %s, score %d: %s, rounded down', (limit, points, expected) => {
    expect(orderLimit(policy(limit), limitsFor(points), 'EUR')).toBe(expected);
  });

  it('has no limit in a currency that the policy does not name', () => {
    expect(orderLimit(policy('500000'), limitsFor(0), 'JPY')).toBeUndefined();
  });
});
