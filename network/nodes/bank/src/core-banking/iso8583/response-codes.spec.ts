// SPDX-License-Identifier: Apache-2.0
// What an answer of a card host means for the money that was asked for.
import type { Fields } from './codec.js';
import { verdictOf, type Verdict } from './response-codes.js';

const ASKED = { 4: '000000005450', 49: '978' } satisfies Fields;

test.each<readonly [string, Fields, Verdict]>([
  ['no response code', {}, 'unclear'],
  ['the same money', { 39: '00', ...ASKED }, 'done'],
  ['no money', { 39: '00' }, 'done'],
  ['the currency in letters', { 39: '00', 49: 'EUR' }, 'done'],
  ['less', { 39: '00', 4: '000000000100' }, 'partial'],
  ['more', { 39: '00', 4: '000000005451' }, 'partial'],
  ['another currency', { 39: '00', 4: ASKED[4], 49: '360' }, 'unclear'],
  ['another currency in letters', { 39: '00', 49: 'IDR' }, 'unclear'],
  ['less in another currency', { 39: '00', 4: '000000000100', 49: '360' }, 'unclear'],
  ['a part, as it says', { 39: '10', 4: '000000000100' }, 'partial'],
  ['a part that it completed', { 39: '32' }, 'partial'],
  ['another rest, where none was asked for', { 39: '00', 95: '0'.repeat(42) }, 'done'],
  ['no more than that there was an error', { 39: '06' }, 'unclear'],
  ['a suspected malfunction', { 39: '22' }, 'unclear'],
  ['a blank response code', { 39: '  ' }, 'unclear'],
  ['a refusal, whatever the money', { 39: '51', 4: '000000000100' }, 'INSUFFICIENT_FUNDS'],
])('an answer with %s', (_, answer, verdict) => {
  expect(verdictOf({ asked: ASKED, answer })).toBe(verdict);
});
