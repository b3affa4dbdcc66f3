// SPDX-License-Identifier: Apache-2.0
import { quietHoursSchema, quietUntil } from './quiet-hours.js';

const BERLIN = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };

const until = (at: string, hours = BERLIN): string | undefined => {
  const end = quietUntil(Date.parse(at), hours);
  return end === undefined ? undefined : new Date(end).toISOString();
};

it.each([
  ['2026-01-15T20:59:59Z', undefined],
  ['2026-01-15T21:00:00Z', '2026-01-16T06:00:00.000Z'],
  ['2026-01-16T05:59:30Z', '2026-01-16T06:00:00.000Z'],
  ['2026-01-16T06:00:00Z', undefined],
  // Summer time, and the nights in which it begins and ends.
  ['2026-07-15T20:30:00Z', '2026-07-16T05:00:00.000Z'],
  ['2026-03-28T22:00:00Z', '2026-03-29T05:00:00.000Z'],
  ['2026-10-24T21:00:00Z', '2026-10-25T06:00:00.000Z'],
])('at %s it is quiet until %s', (at, end) => {
  expect(until(at)).toBe(end);
});

it('may lie within one day, in any time zone', () => {
  const noon = { from: '12:00', to: '14:30', timeZone: 'Asia/Shanghai' };
  expect(until('2026-05-01T05:00:00Z', noon)).toBe('2026-05-01T06:30:00.000Z');
  expect(until('2026-05-01T06:30:00Z', noon)).toBeUndefined();
});

it.each([
  { ...BERLIN, timeZone: 'Europe/Nowhere' },
  { ...BERLIN, from: '24:00' },
  { ...BERLIN, to: '7:00' },
])('refuses %j', (hours) => {
  expect(quietHoursSchema.safeParse(hours).success).toBe(false);
});
