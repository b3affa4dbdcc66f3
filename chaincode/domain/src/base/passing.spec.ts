// SPDX-License-Identifier: Apache-2.0
import { ERRORS, type ErrorCode } from './errors';
import { isPassing } from './passing';

test('refusals that tell of a node or a clock pass, and every other is final', () => {
  const passing = (Object.keys(ERRORS) as ErrorCode[]).filter(isPassing);
  expect(passing).toEqual(['CLOCK_SKEW', 'INTERNAL', 'LEDGER_VERSION_OTHER']);
});
