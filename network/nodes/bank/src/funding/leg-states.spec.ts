// SPDX-License-Identifier: Apache-2.0
// What is noted of a funding follows from its deductions.
import type { FundingState, LegState } from '../database/funding-tables.js';
import { abandonedAs, heldAs, suppliedState } from './leg-states.js';

const legs = (...states: readonly LegState[]) => states.map((state) => ({ state }));

test('an order that lacks nothing is ready when something was deducted for it', () => {
  expect(suppliedState(legs())).toBe('unneeded');
  expect(suppliedState(legs('refused', 'returned', 'unissued'))).toBe('unneeded');
  expect(suppliedState(legs('refused', 'issued'))).toBe('ready');
});

const READY = { state: 'ready', refusal: null } as const;

test.each([
  ['asked', legs(), { state: 'unneeded' }],
  ['asked', legs('refused'), { state: 'unneeded' }],
  ['asked', legs('issued'), READY],
  ['asked', legs('issued', 'authorised'), {}],
  ['asked', legs('planned'), {}],
  ['refused', legs('refused'), {}],
  ['refused', legs('issued', 'refused'), READY],
  ['ready', legs('issued'), READY],
  ['unneeded', legs(), {}],
  ['unneeded', legs('issued'), READY],
  ['returned', legs('returned'), {}],
] as const)('held while it is %s with %j: %j', (state, parts, noted) => {
  expect(heldAs(state, parts)).toEqual(noted);
});

test.each<[FundingState, object]>([
  ['asked', { state: 'refused', refusal: 'ABANDONED' }],
  ['ready', { state: 'returned' }],
  ['refused', {}],
  ['unneeded', {}],
  ['returned', {}],
])('abandoned while it is %s: %j', (state, noted) => {
  expect(abandonedAs(state)).toEqual(noted);
});
