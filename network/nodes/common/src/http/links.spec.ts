// SPDX-License-Identifier: Apache-2.0
import { readinessOf, remembered, statusOf } from './links.js';

const there = { ask: () => Promise.resolve(), required: true };
const away = (required: boolean) => ({
  ask: () => Promise.reject(new Error('away')),
  required,
});

test.each([
  ['ok', {}],
  ['ok', { database: there }],
  ['degraded', { database: there, mail: away(false) }],
  ['not ready', { database: away(true), mail: there }],
  ['not ready', { database: away(true), mail: away(false) }],
])('is %s by what is away', async (status, links) => {
  expect(statusOf(await readinessOf(links))).toBe(status);
});

test('each link is named with its state; one that throws at once is away, too', async () => {
  const broken = {
    ask: () => {
      throw new Error('at once');
    },
    required: false,
  };
  expect(await readinessOf({ database: there, broken })).toEqual({
    database: { answers: true, required: true },
    broken: { answers: false, required: false },
  });
});

test('what costs the other side something is asked once in its time', async () => {
  let [now, asked] = [0, 0];
  const ask = remembered(
    () => Promise.resolve((asked += 1)),
    30,
    () => now,
  );
  await ask();
  now = 29;
  await ask();
  expect(asked).toBe(1);
  now = 30;
  await ask();
  expect(asked).toBe(2);
});
