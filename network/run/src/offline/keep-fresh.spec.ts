// SPDX-License-Identifier: Apache-2.0
// Simulates days of a bank's bulletin: time passes with each pause.
import { keepFresh, systemTime, type FreshBulletins, type Time } from './keep-fresh.js';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const BULLETIN_SECONDS = 2 * DAY;

/** A clock that each pause moves forward, up to an end. */
class PassingTime implements Time {
  readonly pauses: number[] = [];
  readonly #until: number;
  #now = 0;
  #ended: () => void = () => undefined;
  readonly ended = new Promise<void>((resolve) => (this.#ended = resolve));

  constructor(until: number) {
    this.#until = until;
  }

  now(): number {
    return this.#now;
  }

  async pause(seconds: number, signal: AbortSignal): Promise<void> {
    this.pauses.push(seconds);
    this.#now += seconds;
    if (this.#now < this.#until) return;
    this.#ended();
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }
}

interface Lived {
  /** When it was issued. */
  readonly issued: readonly number[];
  readonly failures: readonly unknown[];
  readonly pauses: readonly number[];
  /** The highest age of the bulletin. */
  readonly oldest: number;
}

/** @param dueIn when a bulletin of this age is due; @param fails whether the network fails at this time */
async function live(
  until: number,
  dueIn = (age: number): number => Math.max(0, BULLETIN_SECONDS / 2 - age),
  fails: (now: number) => boolean = () => false,
): Promise<Lived> {
  const time = new PassingTime(until);
  const issued = [0];
  const failures: unknown[] = [];
  let oldest = 0;
  const age = (): number => time.now() - (issued.at(-1) ?? 0);
  const bulletins: FreshBulletins = {
    dueIn: () => {
      oldest = Math.max(oldest, age());
      if (fails(time.now())) return Promise.reject(new Error('no network'));
      return Promise.resolve(dueIn(age()));
    },
    issueAnew: () => {
      issued.push(time.now());
      return Promise.resolve();
    },
  };
  const observer = { issued: () => undefined, failed: (error: unknown) => failures.push(error) };
  const keeper = keepFresh({ bulletins, time, observer });
  await time.ended;
  await keeper.close();
  return { issued: issued.slice(1), failures, pauses: time.pauses, oldest };
}

test('issues a bulletin again when half of its time is over, and not before', async () => {
  const { issued, failures, oldest } = await live(10 * DAY);
  expect(issued).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((day) => day * DAY));
  expect(failures).toEqual([]);
  expect(oldest).toBe(DAY);
});

test('tries every minute while the network fails, and reports it', async () => {
  const away = (now: number): boolean => now >= 20 * HOUR && now < 30 * HOUR;
  const { issued, failures, oldest } = await live(2 * DAY, undefined, away);
  expect(issued).toEqual([30 * HOUR]);
  expect(failures).toHaveLength(600);
  expect(oldest).toBeLessThan(BULLETIN_SECONDS);
});

test('issues a bulletin that is always due once a minute, not in a busy loop', async () => {
  const { issued, pauses } = await live(HOUR, () => 0);
  expect(issued).toHaveLength(60);
  expect(new Set(pauses)).toEqual(new Set([60]));
});

test('checks as often as terminals do for changed policies', async () => {
  const { pauses } = await live(DAY);
  expect(new Set(pauses)).toEqual(new Set([900]));
});

test('waits for the running attempt when it ends, reports no failure of it, and leaves no timer', async () => {
  const failed = jest.fn();
  const issueAnew = jest.fn(
    (signal: AbortSignal) =>
      new Promise<void>((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('stopped'))),
      ),
  );
  const bulletins = { dueIn: () => Promise.resolve(0), issueAnew };
  const observer = { issued: failed, failed };
  const keeper = keepFresh({ bulletins, time: systemTime, observer });
  await new Promise(setImmediate);
  expect(issueAnew).toHaveBeenCalledTimes(1);
  await keeper.close();
  expect(failed).not.toHaveBeenCalled();
});

test('a pause in real time ends at once when it is aborted', async () => {
  const closed = new AbortController();
  const pause = systemTime.pause(DAY, closed.signal);
  closed.abort();
  await expect(pause).resolves.toBeUndefined();
});
