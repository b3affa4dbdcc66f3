// SPDX-License-Identifier: Apache-2.0
// Limits over a window: for any payments at any time, no window has more than the limit, and a payment does not count much
// longer than the window lasts.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import type { Spending } from '../ledger/rows';
import { addSpending, isWithin, spentIn } from './limits';

fc.configureGlobal({ seed: SEED });

const LIMIT = 1000;
const START = 1_800_000_000;

interface Paid {
  readonly at: number;
  readonly amount: number;
}

interface Attempts {
  readonly seconds: number;
  readonly payments: readonly { readonly wait: number; readonly amount: number }[];
}

/** Waits often end exactly when a part or a window ends. */
const attempts = fc.integer({ min: 1, max: 100_000 }).chain((seconds) =>
  fc.record({
    seconds: fc.constant(seconds),
    payments: fc.array(
      fc.record({
        wait: fc.oneof(
          fc.integer({ min: 0, max: 2 * seconds }),
          fc.constantFrom(0, 1, seconds - 1, seconds, seconds + 1, Math.ceil(seconds / 4)),
        ),
        amount: fc.integer({ min: 1, max: LIMIT }),
      }),
      { maxLength: 60 },
    ),
  }),
);

/** Pays as often as the limit allows, and looks at the row after each payment. */
function pay({ seconds, payments }: Attempts, look: (row: readonly Spending[]) => void): Paid[] {
  const paid: Paid[] = [];
  let row: readonly Spending[] = [];
  let at = START;
  for (const { wait, amount } of payments) {
    at += wait;
    const window = { endsAt: at, seconds };
    if (!isWithin(LIMIT.toString(), spentIn(row, window), amount.toString())) continue;
    row = addSpending(row, amount.toString(), window);
    paid.push({ at, amount });
    look(row);
  }
  return paid;
}

const sumOf = (paid: readonly Paid[]): number => paid.reduce((sum, { amount }) => sum + amount, 0);

describe('a window', () => {
  it('never has more than the limit, for any start', () => {
    fc.assert(
      fc.property(attempts, (drawn) => {
        const paid = pay(drawn, () => undefined);
        for (const { at: from } of paid) {
          const within = paid.filter(({ at }) => at >= from && at < from + drawn.seconds);
          expect(sumOf(within)).toBeLessThanOrEqual(LIMIT);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('counts nothing for longer than its length and a quarter more', () => {
    fc.assert(
      fc.property(attempts, ({ seconds, payments }) => {
        const paid = pay({ seconds, payments }, () => undefined);
        let row: readonly Spending[] = [];
        for (const { at, amount } of paid)
          row = addSpending(row, amount.toString(), { endsAt: at, seconds });
        const last = paid.at(-1)?.at ?? START;
        const endsAt = last + seconds + Math.ceil(seconds / 4);
        expect(spentIn(row, { endsAt, seconds })).toBe('0');
      }),
    );
  });

  it('is kept in at most five parts', () => {
    fc.assert(
      fc.property(attempts, (drawn) => {
        pay(drawn, (row) => expect(row.length).toBeLessThanOrEqual(5));
      }),
    );
  });

  it('counts a payment with an earlier time in the last part', () => {
    const first = addSpending([], '5', { endsAt: START, seconds: 40 });
    const second = addSpending(first, '7', { endsAt: START - 30, seconds: 40 });
    expect(second).toEqual([{ last: START, amount: '12' }]);
  });
});

it('a shorter window takes effect at once, and a longer one with the parts that are still kept', () => {
  const year = 366 * 86_400;
  const row = addSpending([], '5', { endsAt: START, seconds: year });
  expect(spentIn(row, { endsAt: START + 3_599, seconds: 3_600 })).toBe('5');
  expect(spentIn(row, { endsAt: START + 3_600, seconds: 3_600 })).toBe('0');
  expect(spentIn(row, { endsAt: START + year - 1, seconds: year })).toBe('5');
});

describe('a limit', () => {
  it('can be reached but not exceeded', () => {
    expect(isWithin('10', '4', '6')).toBe(true);
    expect(isWithin('10', '4', '7')).toBe(false);
  });

  it('compares sums that are too large for an amount', () => {
    const most = '9'.repeat(18);
    expect(isWithin(most, most)).toBe(true);
    expect(isWithin(most, most, most)).toBe(false);
  });
});
