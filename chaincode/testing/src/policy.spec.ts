// SPDX-License-Identifier: Apache-2.0
import { and, majority, or, satisfies, type Policy } from './policy';

const nested = and('A', or('B', 'C'));

test.each<[string, Policy, string[], boolean]>([
  ['one member', 'A', ['A'], true],
  ['another member', 'A', ['B'], false],
  ['and: all', nested, ['A', 'C'], true],
  ['and: one missing', nested, ['A'], false],
  ['and: the other missing', nested, ['B', 'C'], false],
  ['or without members', or(), ['A'], false],
  ['and without members', and(), [], true],
  ['two of three', { outOf: 2, policies: ['A', 'B', 'C'] }, ['A', 'C'], true],
  ['one of three, two needed', { outOf: 2, policies: ['A', 'B', 'C'] }, ['C'], false],
  ['majority of four is three', majority(['A', 'B', 'C', 'D']), ['A', 'B'], false],
  ['majority of three is two', majority(['A', 'B', 'C']), ['A', 'B'], true],
  ['a predicate', (endorsedBy) => endorsedBy.size === 1, ['X'], true],
])('%s', (_what, policy, endorsedBy, expected) => {
  expect(satisfies(policy, new Set(endorsedBy))).toBe(expected);
});
