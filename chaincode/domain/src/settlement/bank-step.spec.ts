// SPDX-License-Identifier: Apache-2.0
// What the bank does next, over all states of an order that a hold can have.
import * as fc from 'fast-check';
import { ORDER_STATES, type OrderState } from '../ledger/order-states.js';
import { newOrder } from '../order-number/beginning.js';
import { TERMS } from '../transactions/examples.js';
import { bankStep, captureDue, FIRST_CAPTURE, nextCaptureId } from './bank-step.js';
import { capture, due, ensureClaimable, openHold, uncaptured } from './hold.js';

const NOW = 1_767_225_600;
const hold = openHold(TERMS, 'match', NOW);
const total = Number(hold.authorised);
const TIMES = { now: NOW, deliverySeconds: 60, isDelivered: false };

const order = (state: OrderState, changes: Partial<ReturnType<typeof newOrder>> = {}) => ({
  ...newOrder(TERMS, { state, mode: 'express', bankId: 'bank-1', hold }),
  ...changes,
});

test.each([
  ['categoryChecked', {}, 'settle'],
  ['categoryChecked', { mode: 'stepwise' }, 'compare'],
  ['matched', {}, 'compareOrder'],
  ['mismatched', {}, 'compareOrder'],
  ['matched', { verification: 'clean' }, 'capture'],
  ['matched', { verification: 'resolved' }, 'capture'],
  ['matched', { verification: 'clean', claimed: '0' }, undefined],
  ['blocked', { verification: 'alarm' }, undefined],
  ['blocked', { verification: 'upheld' }, 'void'],
] as const)('%s %j → %s', (state, changes, step) => {
  expect(bankStep(order(state, changes))).toBe(step);
});

test('an order without a hold is never captured', () => {
  for (const state of ORDER_STATES)
    expect(bankStep(order(state, { hold: null, verification: 'clean' }))).not.toBe('capture');
});

const sum = fc.integer({ min: 0, max: total });

test('captures as they fall due never exceed the claims, and each has a key of its own', () => {
  fc.assert(
    fc.property(fc.array(sum, { maxLength: 12 }), (claims) => {
      let held = hold;
      const keys = new Set<string>();
      for (const claimed of [...claims].sort((a, b) => a - b).map(String)) {
        if (uncaptured(held) !== '0') ensureClaimable(held, claimed);
        const amount = captureDue({ hold: held, claimed });
        expect(amount).toBe(due(held, claimed));
        if (amount === '0') continue;
        const id = nextCaptureId({ mode: 'stepwise', hold: held });
        expect(keys.has(id)).toBe(false);
        keys.add(id);
        held = capture(held, id, amount, TIMES).hold;
        expect(held.captured).toBe(claimed);
      }
    }),
  );
});

test('the key of an express leg is not taken by a later capture', () => {
  expect(nextCaptureId({ mode: 'express', hold })).not.toBe(FIRST_CAPTURE);
  expect(nextCaptureId({ mode: 'stepwise', hold })).toBe(FIRST_CAPTURE);
});

test.each([
  ['more than the total', hold, String(total + 1), 'HOLD_EXCEEDED'],
  ['less than is captured', capture(hold, 'c', '100', TIMES).hold, '99', 'STATE_CONFLICT'],
  [
    'of a hold that is captured',
    capture(hold, 'c', hold.authorised, TIMES).hold,
    '1',
    'STATE_CONFLICT',
  ],
])('a claim of %s is refused', (_, held, claimed, code) => {
  expect(() => ensureClaimable(held, claimed)).toThrow(expect.objectContaining({ code }) as Error);
});
