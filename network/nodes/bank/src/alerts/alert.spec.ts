// SPDX-License-Identifier: Apache-2.0
// Ids of alerts, as somebody sends them.
import { alertIdOf, alertNameOf } from './alert.js';

test('an id names its alert', () => {
  const key = { kind: 'alarm', subject: 'shop/A-1', number: 2_147_483_647 } as const;
  expect(alertNameOf(alertIdOf(key))).toEqual(key);
});

test.each(['a/b/2147483648', 'a/b/99999999999', 'a/b/1e300', 'a/b/1e0', 'a/b/0x1', 'a/b/01'])(
  '%s names none, since its end is no number of an alert',
  (alertId) => {
    expect(alertNameOf(alertId)).toBeUndefined();
  },
);

test.each(['', 'a/b/', 'a/b/0', 'a/b/-1', 'a/b/ 1'])('nor does %j', (alertId) => {
  expect(alertNameOf(alertId)).toBeUndefined();
});
