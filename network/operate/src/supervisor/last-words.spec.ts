// SPDX-License-Identifier: Apache-2.0
import { lastWords } from './last-words.js';

test.each([
  ['a process that said nothing', '', ''],
  ['the last of several lines', 'starting\nout of order\n', 'out of order'],
  [
    'an error of Node.js, not its stack',
    'Error: no table\n    at main (/x.js:1:1)\n\nNode.js v24.21.0\n',
    'Error: no table',
  ],
  [
    'a panic of Go, not its stack',
    'panic: could not open\n\ngoroutine 1 [running]:\n\tmain.go:1 +0x1\n',
    'panic: could not open',
  ],
  ['the message of a line of JSON', '{"level":60,"name":"Error","msg":"ended"}', 'Error: ended'],
  ['a text without its colours', '\u001b[31mred\u001b[0m', 'red'],
])('%s', (_, log, words) => {
  expect(lastWords(log)).toBe(words);
});

test('leaves out personal data, but not a port', () => {
  const line = 'duplicate (a.b@example.org) and +49 170 1234567, from 127.0.0.1:17051';
  expect(lastWords(line)).toBe('duplicate (…) and …, from 127.0.0.1:17051');
});

test('shortens a long line', () => {
  expect(lastWords('x'.repeat(1000))).toHaveLength(301);
});
