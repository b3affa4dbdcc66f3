// SPDX-License-Identifier: Apache-2.0
// A passphrase that the user types, or does not type. A command that did nothing must not end like a success.
import { PassThrough } from 'node:stream';
import { askPassphrase } from './passphrase.js';

let input: PassThrough;

beforeEach(() => {
  input = new PassThrough();
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(() => {
  jest.restoreAllMocks();
});

test('takes a line as the passphrase, exactly as typed', async () => {
  const asked = askPassphrase(input);
  input.write('correct horse\r');
  expect(await asked).toBe('correct horse');
});

test.each([
  ['Ctrl-C', () => input.write('\u0003'), 'INTERRUPTED'],
  ['Ctrl-D', () => input.write('\u0004'), 'CONFIGURATION_INVALID'],
  ['an input that ends', () => input.end(), 'CONFIGURATION_INVALID'],
])('%s is not a passphrase', async (_, type, code) => {
  const asked = askPassphrase(input);
  type();
  await expect(asked).rejects.toMatchObject({ code });
});
