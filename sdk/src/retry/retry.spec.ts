// SPDX-License-Identifier: Apache-2.0
// What is repeated, how often, and for how long, with scripted time.
import {
  ConflictError,
  EndorsementError,
  OutcomeUnknownError,
  RefusedError,
  UnavailableError,
} from '../errors.js';
import { backoffMs, CONFLICT_BACKOFF } from './backoff.js';
import {
  retry,
  retryReason,
  type RetryContext,
  type RetryOptions,
  type RetryReason,
} from './retry.js';

const conflict = new ConflictError('tx', {});
const outage = new UnavailableError({});
const refusal = (divided: boolean) =>
  new RefusedError({ code: 'NOT_FOUND', message: 'no', details: {} }, divided);

function context(options: RetryOptions = {}, signal?: AbortSignal) {
  let now = 0;
  const reasons: RetryReason[] = [];
  const made: RetryContext = {
    pace: {
      now: () => now,
      sleep: (milliseconds) => {
        now += milliseconds;
        return Promise.resolve();
      },
      random: () => 1,
    },
    options,
    signal,
    onRetry: (reason) => reasons.push(reason),
  };
  return { made, reasons, now: () => now };
}

const failingTimes = (times: number, error: Error) => (attempt: number) =>
  attempt <= times ? Promise.reject(error) : Promise.resolve(attempt);

test('only calls that wrote nothing are repeated', () => {
  expect(retryReason(conflict)).toBe('conflict');
  expect(retryReason(outage)).toBe('unavailable');
  expect(retryReason(refusal(true))).toBe('divided');
  expect(retryReason(new EndorsementError('ENDORSEMENT_MISMATCH'))).toBe('divided');
  const final = [
    refusal(false),
    new EndorsementError('ENDORSEMENT_POLICY_FAILURE'),
    new OutcomeUnknownError('tx', Buffer.of()),
    new TypeError('fault'),
  ];
  expect(final.map(retryReason)).toEqual([undefined, undefined, undefined, undefined]);
});

test('conflicts are repeated until the call succeeds', async () => {
  const { made, reasons } = context();
  await expect(retry(failingTimes(3, conflict), made)).resolves.toBe(4);
  expect(reasons).toEqual(['conflict', 'conflict', 'conflict']);
});

test('calls wait for the end of an outage, but not past the deadline', async () => {
  const { made, now } = context({ deadlineMs: 10_000 });
  await expect(retry(failingTimes(Infinity, outage), made)).rejects.toBe(outage);
  expect(now()).toBeLessThan(10_000);
  expect(now()).toBeGreaterThan(7_000);
});

test('endorsers that keep disagreeing are reported after eight attempts', async () => {
  const { made, reasons } = context();
  const lasting = refusal(true);
  await expect(retry(failingTimes(Infinity, lasting), made)).rejects.toBe(lasting);
  expect(reasons).toHaveLength(7);
});

test('when a hot row divides endorsers again and again, only failures in a row count', async () => {
  const { made } = context();
  const alternating = (attempt: number) => {
    if (attempt > 30) return Promise.resolve('done');
    return Promise.reject(attempt % 7 === 0 ? conflict : refusal(true));
  };
  await expect(retry(alternating, made)).resolves.toBe('done');
});

test('the caller can allow only one attempt', async () => {
  const { made, reasons } = context({ attempts: 1 });
  await expect(retry(failingTimes(1, conflict), made)).rejects.toBe(conflict);
  expect(reasons).toEqual([]);
});

test('a refusal is never repeated', async () => {
  const { made } = context();
  const attempt = jest.fn(() => Promise.reject(refusal(false)));
  await expect(retry(attempt, made)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(attempt).toHaveBeenCalledTimes(1);
});

test('an aborted signal stops before the next attempt', async () => {
  const stopped = new AbortController();
  const { made } = context({}, stopped.signal);
  const attempt = jest.fn(() => {
    stopped.abort(new Error('enough'));
    return Promise.reject(conflict);
  });
  await expect(retry(attempt, made)).rejects.toThrow('enough');
  expect(attempt).toHaveBeenCalledTimes(1);
});

test('the backoff doubles up to its maximum, and is never zero', () => {
  const steps = [1, 2, 3, 20, 5_000].map((attempt) => backoffMs(attempt, 1, CONFLICT_BACKOFF));
  expect(steps).toEqual([100, 200, 400, 2_000, 2_000]);
  expect(backoffMs(1, 0, CONFLICT_BACKOFF)).toBeCloseTo(10);
});
