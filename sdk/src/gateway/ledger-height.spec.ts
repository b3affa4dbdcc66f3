// SPDX-License-Identifier: Apache-2.0
// Heights as `qscc` encodes them.
import { heightIn, ledgerHeight } from './ledger-height.js';

test.each([
  ['0801', 1n],
  ['087f1220', 127n],
  ['0880011220aa', 128n],
  ['08ac02', 300n],
  ['08ffffffffffffffff7f', 9_223_372_036_854_775_807n],
  ['1220aa', 0n],
  ['', 0n],
])('%s is height %s', (hex, height) => {
  expect(heightIn(Buffer.from(hex, 'hex'))).toBe(height);
});

test('asks only its own organisation', async () => {
  const evaluate = jest.fn(() => Promise.resolve(Buffer.from('0805', 'hex')));
  await expect(ledgerHeight({ evaluate }, 'settlement', 'BankMSP')).resolves.toBe(5n);
  expect(evaluate).toHaveBeenCalledWith('GetChainInfo', {
    arguments: ['settlement'],
    endorsingOrganizations: ['BankMSP'],
  });
});
