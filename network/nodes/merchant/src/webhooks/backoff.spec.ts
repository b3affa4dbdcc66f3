// SPDX-License-Identifier: Apache-2.0
import { defaultBackoff, waitedFor } from './backoff.js';

const MINUTE = 60_000;

test('waits grow from seconds to hours, and chance spreads them by a fifth', () => {
  const backoff = defaultBackoff(() => 0.5);
  expect([1, 2, 3, 7, 8, 100].map(backoff)).toEqual([
    5_000,
    MINUTE,
    5 * MINUTE,
    240 * MINUTE,
    240 * MINUTE,
    240 * MINUTE,
  ]);
  expect(defaultBackoff(() => 0)(1)).toBe(4_000);
  expect(defaultBackoff(() => 1)(1)).toBe(6_000);
});

test('so much lies at least between the first attempt and the last', () => {
  const backoff = defaultBackoff(() => 0.5);
  expect([0, 1, 2, 3].map((attempts) => waitedFor(backoff, attempts))).toEqual([
    0,
    0,
    5_000,
    5_000 + MINUTE,
  ]);
});
