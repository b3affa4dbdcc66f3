// SPDX-License-Identifier: Apache-2.0
// Who bears a double spend, how much of it, and what the reserve pays for it.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import { addAmounts, toUnits } from '../base/money';
import type { FraudCaseRow } from '../ledger/offline-rows';
import type { OfflinePolicy } from '../policy/policy';
import { bearerOf, openLoss, passedBound, recoverLosses, withBearer } from './losses';

fc.configureGlobal({ seed: SEED });

const policy = (lossBearer: OfflinePolicy['lossBearer']) => ({ lossBearer }) as OfflinePolicy;

describe('who bears a loss', () => {
  const bearers = [
    [1, 'merchant'],
    [4, 'bank'],
    [7, 'merchant'],
  ] as const;

  it.each([
    [0, 'merchant'],
    [1, 'merchant'],
    [3, 'merchant'],
    [4, 'bank'],
    [6, 'bank'],
    [7, 'merchant'],
    [9, 'merchant'],
  ])('follows from the bulletin that the payee accepted under: %d', (number, expected) => {
    expect(bearerOf({ bearers, number: 9 }, number)).toBe(expected);
  });

  it('is the merchant for a bulletin that is not published yet', () => {
    expect(bearerOf({ bearers: [[1, 'bank']], number: 9 }, 10)).toBe('merchant');
    expect(bearerOf({ bearers: [], number: 9 }, 1)).toBe('merchant');
  });

  it('is stored only when it changes', () => {
    let kept = withBearer([], 1, policy('bank'));
    for (const [number, bearer] of [
      [2, 'bank'],
      [3, 'merchant'],
      [4, 'merchant'],
    ] as const)
      kept = withBearer(kept, number, policy(bearer));
    expect(kept).toEqual([
      [1, 'bank'],
      [3, 'merchant'],
    ]);
  });
});

describe('what the bank bears', () => {
  const limits = { lossPerReserve: '100', lossPerPayee: '150' };
  const window = { endsAt: 1_000, seconds: 100 };
  it.each([
    ['100', '0', '50', undefined],
    ['101', '0', '0', 'lossPerReserve'],
    ['1', '100', '0', 'lossPerReserve'],
    ['51', '0', '100', 'lossPerPayee'],
    ['50', '50', '100', undefined],
  ])('%s after %s of the reserve and %s of the payee: %s', (amount, compensated, spent, bound) => {
    const borne = [{ last: 950, amount: spent }];
    expect(passedBound(amount, limits, { compensated }, borne, window)).toBe(bound);
  });

  it('counts only what one payee got within the window', () => {
    const borne = [{ last: 899, amount: '150' }];
    expect(passedBound('100', limits, { compensated: '0' }, borne, window)).toBeUndefined();
  });
});

const fraud = (at: number, amount: string, recovered = '0') =>
  ({ at, amount, recovered }) as FraudCaseRow;

describe('what a reserve pays', () => {
  it('goes to the oldest case first, until it is used up', () => {
    const cases = [fraud(3, '50'), fraud(1, '60'), fraud(2, '40', '10')];
    const { recoveries, rest } = recoverLosses('100', cases);
    expect(recoveries.map((each) => [each.fraud.at, each.amount])).toEqual([
      [1, '60'],
      [2, '30'],
      [3, '10'],
    ]);
    expect(rest).toBe('0');
  });

  it('is never more than it has or than was lost, and nothing vanishes', () => {
    const amount = fc.nat(1_000).map(String);
    fc.assert(
      fc.property(
        amount,
        fc.array(fc.tuple(fc.nat(9), amount), { maxLength: 8 }),
        (has, losses) => {
          const cases = losses.map(([at, loss]) => fraud(at, loss));
          const { recoveries, rest } = recoverLosses(has, cases);
          expect(addAmounts(rest, ...recoveries.map((each) => each.amount))).toBe(has);
          for (const each of recoveries)
            expect(toUnits(each.amount)).toBeLessThanOrEqual(toUnits(openLoss(each.fraud)));
          const lost = addAmounts(...cases.map(openLoss));
          if (toUnits(lost) >= toUnits(has)) expect(rest).toBe('0');
        },
      ),
    );
  });
});
