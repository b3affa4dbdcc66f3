// SPDX-License-Identifier: Apache-2.0
// A reference tells logins apart, and nobody without the bank's key finds a login that has the same.
import { codeReference } from './code-reference.js';

const KEY = Buffer.alloc(32, 1);
const OTHER_KEY = Buffer.alloc(32, 2);

test('a reference is five letters, the same for the same purpose', () => {
  const reference = codeReference(KEY, 'login-1', 'login');
  expect(reference).toMatch(/^[B-DF-HJ-NP-TV-XZ]{5}$/);
  expect(codeReference(KEY, 'login-1', 'login')).toBe(reference);
});

test('it depends on the key, the login and what the code confirms', () => {
  const purposes = [
    [KEY, 'login-1', 'login'],
    [OTHER_KEY, 'login-1', 'login'],
    [KEY, 'login-2', 'login'],
    [KEY, 'login-1', 'order'],
  ] as const;
  const references = purposes.map(([key, loginId, boundTo]) =>
    codeReference(key, loginId, boundTo),
  );
  expect(new Set(references).size).toBe(purposes.length);
});
