// SPDX-License-Identifier: Apache-2.0
// Whatever fails or never ends: the steps after it are taken, and the end comes.
import { Ending } from './ending.js';

const never = (): Promise<void> => new Promise(() => undefined);

test('every step is taken, the last added first, also after one that fails and one that never ends', async () => {
  const ending = new Ending(50);
  const taken: string[] = [];
  ending.add('database', () => void taken.push('database'));
  ending.add('work', () => {
    taken.push('work');
    return never();
  });
  ending.add('server', () => {
    taken.push('server');
    throw new Error('the server is broken');
  });
  await expect(ending.run()).rejects.toThrow('the server is broken');
  expect(taken).toEqual(['server', 'work', 'database']);
});

test('what never ends is named', async () => {
  const ending = new Ending(10);
  ending.add('database', never);
  await expect(ending.run()).rejects.toThrow('its database');
});

test('it is taken once', async () => {
  const ending = new Ending();
  let times = 0;
  ending.add('server', () => void (times += 1));
  await ending.run();
  await ending.run();
  expect(times).toBe(1);
});
