// SPDX-License-Identifier: Apache-2.0
// A passphrase that is asked for: typed, or not. A command that did nothing must not end as if it had.
import { PassThrough } from 'node:stream';
import { ask } from './passphrase.js';

let input: PassThrough;

beforeEach(() => {
  input = new PassThrough();
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(() => {
  jest.restoreAllMocks();
});

test('a line is the passphrase, as it was typed', async () => {
  const asked = ask(input);
  input.write('correct horse\r');
  expect(await asked).toBe('correct horse');
});

test.each([
  ['Ctrl-C', () => input.write('\u0003'), 'INTERRUPTED'],
  ['Ctrl-D', () => input.write('\u0004'), 'CONFIGURATION_INVALID'],
  ['an input that ends', () => input.end(), 'CONFIGURATION_INVALID'],
])('%s is no passphrase', async (_, type, code) => {
  const asked = ask(input);
  type();
  await expect(asked).rejects.toMatchObject({ code });
});
