// SPDX-License-Identifier: Apache-2.0
// What is done to an input changes nothing else: not the input, not the change, not the next run.
import { mutate, write, type Mutation } from './mutations.js';

test('a change inside of what was set before leaves the drawn change as it was', () => {
  const set: Mutation = { at: 0, set: { toString: 1 } };
  const inside: Mutation = { at: 0, extra: 'toString', value: (set as { set: unknown }).set };
  expect(write(mutate({ a: 1 }, [set, inside]), null)).toBe('{"toString":{"toString":1}}');
  expect(set).toEqual({ at: 0, set: { toString: 1 } });
});

test('the input stays as it is', () => {
  const input = { a: { b: 1 } };
  expect(mutate(input, [{ at: 2, set: 'x' }])).toEqual({ a: { b: 'x' } });
  expect(input).toEqual({ a: { b: 1 } });
});

test('a key that JSON takes and an object literal does not is written', () => {
  const text = write(mutate({ a: 1 }, [{ at: 0, extra: '__proto__', value: 2 }]), null);
  expect(text).toBe('{"a":1,"__proto__":2}');
});

test('a key is repeated before or after the others', () => {
  const input = { a: 1, b: 2 };
  expect(write(input, { repeatKeyWith: '7', last: false })).toBe('{"a":7,"a":1,"b":2}');
  expect(write(input, { repeatKeyWith: '7', last: true })).toBe('{"a":1,"b":2,"a":7}');
});
