// SPDX-License-Identifier: Apache-2.0
import { Standstill } from './standstill.js';

const MINUTE = 60_000;

test('a follower that has read everything does not stand still, however long nothing happens', () => {
  const standstill = new Standstill();
  expect(standstill.look(5, 5n, 0)).toBe(false);
  expect(standstill.look(5, 5n, MINUTE)).toBe(false);
  expect(standstill.look(5, 6n, 2 * MINUTE)).toBe(false);
});

test('one that is far behind and reads does not either', () => {
  const standstill = new Standstill();
  for (let minute = 0; minute < 5; minute += 1)
    expect(standstill.look(minute, 1_000n, minute * MINUTE)).toBe(false);
});

test('one that reads nothing for half a minute although blocks wait stands still, until it reads again', () => {
  const standstill = new Standstill();
  expect(standstill.look(5, 7n, 0)).toBe(false);
  expect(standstill.look(5, 7n, 29_999)).toBe(false);
  expect(standstill.look(5, 9n, 30_000)).toBe(true);
  expect(standstill.look(6, 9n, 31_000)).toBe(false);
});
