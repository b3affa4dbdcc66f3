// SPDX-License-Identifier: Apache-2.0
// Stopping to wait.
import { getEventListeners } from 'node:events';
import { abortable } from './abortable.js';
import { realPace } from './pace.js';

const never = new Promise<never>(() => undefined);

test('returns what the promise returns', async () => {
  await expect(abortable(Promise.resolve(1), undefined)).resolves.toBe(1);
  await expect(abortable(Promise.resolve(2), new AbortController().signal)).resolves.toBe(2);
});

test('throws the reason when the signal aborts, before the wait or during it', async () => {
  await expect(abortable(never, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  const controller = new AbortController();
  const waiting = abortable(never, controller.signal);
  controller.abort(new Error('meanwhile'));
  await expect(waiting).rejects.toThrow('meanwhile');
});

test('many waits share a signal without one listener each, and all are stopped', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const waits = Array.from({ length: 20 }, () => [
    abortable(never, signal),
    realPace.sleep(60_000, signal),
  ]).flat();
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  controller.abort(new Error('over'));
  const ends = await Promise.allSettled(waits);
  expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(40);
});
