// SPDX-License-Identifier: Apache-2.0
// Hours in which customers are not disturbed by what can wait, by the clock on the wall of the bank's time zone.
import * as z from 'zod';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

const wallTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
  .describe('HH:MM, 24 hours');

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
};

export const quietHoursSchema = z.strictObject({
  from: wallTime,
  to: wallTime,
  timeZone: z.string().refine(isTimeZone).describe('IANA name, such as Europe/Berlin'),
});

export type QuietHours = z.output<typeof quietHoursSchema>;

const minutesOf = (text: string): number =>
  Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

function minutesThere(at: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return minutesOf(format.format(at));
}

/** Minutes from one time on the wall to the next such time as another. */
const ahead = (from: number, to: number): number => (to - from + DAY_MINUTES) % DAY_MINUTES;

/** Minutes between two times on the wall, the shorter way. */
const apart = (from: number, to: number): number => {
  const forward = ahead(from, to);
  return forward > DAY_MINUTES / 2 ? forward - DAY_MINUTES : forward;
};

/**
 * @param at milliseconds since 1970
 * @returns when these quiet hours end, or undefined outside of them. When clocks are put forward or back meanwhile, the time on the wall
 *   counts.
 */
export function quietUntil(at: number, { from, to, timeZone }: QuietHours): number | undefined {
  const [now, start, end] = [minutesThere(at, timeZone), minutesOf(from), minutesOf(to)];
  if (ahead(start, now) >= ahead(start, end)) return undefined;
  const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const planned = minute + ahead(now, end) * MINUTE_MS;
  return planned + apart(minutesThere(planned, timeZone), end) * MINUTE_MS;
}
