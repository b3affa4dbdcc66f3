// SPDX-License-Identifier: Apache-2.0
import { codeMac, drawCode, judgeCode, type StoredCode } from './one-time-code.js';

const key = Buffer.alloc(32, 7);
const purpose = { code_id: 'id', login_id: 'login', bound_to: 'login' };
const stored: StoredCode = {
  ...purpose,
  mac: codeMac(key, purpose, '012345'),
  expires_at: 1000,
  tries: 0,
  used_at: null,
};
const judge = { key, now: 999, tries: 5 };

it('draws all digits evenly, with leading zeros', () => {
  const counts = new Map<string, number>();
  for (let index = 0; index < 20_000; index += 1) {
    const code = drawCode(6);
    expect(code).toMatch(/^\d{6}$/);
    counts.set(code.charAt(0), (counts.get(code.charAt(0)) ?? 0) + 1);
  }
  expect(counts.size).toBe(10);
  // Expected 2,000 each, standard deviation 42: seven of them.
  for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(300);
});

it.each([
  ['PASSED', {}, '012345'],
  ['CODE_WRONG', {}, '012346'],
  ['CODE_WRONG', {}, ''],
  ['CODE_EXPIRED', { expires_at: 999 }, '012345'],
  ['CODE_EXHAUSTED', { tries: 5 }, '012345'],
  ['CODE_EXHAUSTED', { used_at: 1 }, '012345'],
  ['CODE_WRONG', { code_id: 'other' }, '012345'],
  ['CODE_WRONG', { login_id: 'other' }, '012345'],
  ['CODE_WRONG', { bound_to: 'other' }, '012345'],
])('checks %s: %j', (result, change, code) => {
  expect(judgeCode({ ...stored, ...change }, code, judge)).toBe(result);
});

it('accepts nothing when no code was sent, or under another key', () => {
  expect(judgeCode(undefined, '012345', judge)).toBe('CODE_WRONG');
  expect(judgeCode(stored, '012345', { ...judge, key: Buffer.alloc(32, 8) })).toBe('CODE_WRONG');
});
