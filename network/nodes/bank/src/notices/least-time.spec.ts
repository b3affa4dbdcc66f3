// SPDX-License-Identifier: Apache-2.0
// What time it is at least, by a clock that may be wrong for a while.
import { LeastTime } from './least-time.js';

const MINUTE = 60_000;
const MONTH = 30 * 24 * 60 * MINUTE;

let passed: number;
/** How far the clock is ahead. */
let ahead: number;
let least: LeastTime;

beforeEach(() => {
  passed = 0;
  ahead = 0;
  least = new LeastTime(
    () => passed + ahead,
    () => passed,
  );
});

/** Looks each minute. @returns what the last look says */
function lookFor(minutes: number): number | undefined {
  let said: number | undefined;
  for (let look = 0; look < minutes; look += 1) {
    passed += MINUTE;
    said = least.look();
  }
  return said;
}

test('nothing is known before a look was an hour ago, then it is the time of that look', () => {
  expect(lookFor(60)).toBeUndefined();
  expect(lookFor(1)).toBe(MINUTE);
  expect(lookFor(100)).toBe(101 * MINUTE);
});

test('a clock that is a month ahead has to say so for an hour', () => {
  lookFor(61);
  ahead = MONTH;
  expect(lookFor(1)).toBe(2 * MINUTE);
  expect(lookFor(59)).toBe(61 * MINUTE);
  expect(lookFor(1)).toBe(62 * MINUTE + MONTH);
});

test('one that was ahead is forgotten, as is one that was behind', () => {
  lookFor(61);
  ahead = MONTH;
  lookFor(5);
  ahead = -MONTH;
  expect(lookFor(1)).toBe(67 * MINUTE - MONTH);
  ahead = 0;
  expect(lookFor(62)).toBe(69 * MINUTE);
});

test('looks that are hours apart count too', () => {
  least.look();
  passed += 180 * MINUTE;
  expect(least.look()).toBe(0);
});
