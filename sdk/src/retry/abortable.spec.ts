// SPDX-License-Identifier: Apache-2.0
// Waiting that can be stopped.
import { abortable } from './abortable.js';

const never = new Promise<never>(() => undefined);

test('answers what the promise answers', async () => {
  await expect(abortable(Promise.resolve(1), undefined)).resolves.toBe(1);
  await expect(abortable(Promise.resolve(2), new AbortController().signal)).resolves.toBe(2);
});

test('throws the reason when the signal aborts, before or meanwhile', async () => {
  await expect(abortable(never, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  const controller = new AbortController();
  const waiting = abortable(never, controller.signal);
  controller.abort(new Error('meanwhile'));
  await expect(waiting).rejects.toThrow('meanwhile');
});

test('leaves no listener behind', async () => {
  const { signal } = new AbortController();
  const remove = jest.spyOn(signal, 'removeEventListener');
  await abortable(Promise.resolve(), signal);
  expect(remove).toHaveBeenCalledTimes(1);
});
