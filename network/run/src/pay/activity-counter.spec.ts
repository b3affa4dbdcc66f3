// SPDX-License-Identifier: Apache-2.0
import type { Activity } from '@fabric-offline-pay/bank-node';
import { ActivityCounter, type Counting } from './activity-counter.js';
import type { OutsideFigures } from './outside-world.js';

const activity = (changes: Partial<Activity>): Activity => ({
  ...{ deductions: 0, completions: 0, returns: 0, open: 0, messages: 0, delivered: 0 },
  ...{ acknowledged: 0, payOuts: 0, untold: 0, approvals: 0, reversals: 0, texts: 0, receipts: 0 },
  ...changes,
});

const figures = (changes: Partial<OutsideFigures>): OutsideFigures => ({
  ...{ approvals: 0, completions: 0, reversals: 0, payOuts: 0, texts: 0, receipts: 0 },
  ...changes,
});

/** @param looks one after the other; the last one stays */
const countingOf = (looks: [Partial<Activity>, Partial<OutsideFigures>][]) => {
  let at = -1;
  const look = () => looks[Math.min(at, looks.length - 1)] ?? [{}, {}];
  const counting: Counting = {
    operator: {
      readActivity: () => {
        at += 1;
        return Promise.resolve(activity(look()[0]));
      },
    },
    outside: { figures: () => Promise.resolve(figures(look()[1])) },
  };
  return counting;
};

it('counts what was done since the beginning; what is under way is a state', async () => {
  const counter = await ActivityCounter.begin(
    countingOf([
      [{ approvals: 3, open: 4 }, { approvals: 3 }],
      [{ approvals: 5, open: 1 }, { approvals: 6 }],
    ]),
  );
  expect(await counter.end()).toEqual({
    bank: activity({ approvals: 2, open: 1 }),
    outside: figures({ approvals: 3 }),
  });
});

it('waits for money, messages and receipts that are under way', async () => {
  const done = { texts: 2, receipts: 2 };
  const looks: [Partial<Activity>, Partial<OutsideFigures>][] = [
    [{}, {}],
    [{ ...done, open: 1 }, done],
    [{ ...done, untold: 1 }, done],
    [done, { ...done, receipts: 1 }],
    [{ ...done, receipts: 1 }, done],
    [done, done],
  ];
  const counting = countingOf(looks);
  const counter = await ActivityCounter.begin(counting);
  expect(await counter.quiet()).toBe(true);
  expect((await counter.end()).bank).toEqual(activity(done));
});

it('counts nothing on a side that does not answer, and does not wait for it', async () => {
  const away = () => Promise.reject(new Error('away'));
  const counter = await ActivityCounter.begin({
    operator: { readActivity: away },
    outside: { figures: away },
  });
  expect(await counter.quiet()).toBe(true);
  expect(await counter.end()).toEqual({ bank: null, outside: null });
});
