// SPDX-License-Identifier: Apache-2.0
// Compares the life of an order with a list of the allowed moves, written by hand.
import { UNITS } from '../patent/units';
import {
  isBeforeMoney,
  nextState,
  ORDER_STATES,
  TRANSITIONS,
  type OrderEvent,
  type OrderState,
} from './order-states';

type Moves = Partial<Record<OrderEvent, OrderState>>;

const GIVE_BACK: Moves = { void: 'voided', expire: 'expired' };
const CLAIM: Moves = { capturePart: 'partiallyCaptured', captureRest: 'captured' };

/** Every allowed move, by state. All others must be refused. */
const ALLOWED: Readonly<Record<OrderState, Moves>> = {
  basket: { quote: 'quoted' },
  quoted: { place: 'placed', payOffline: 'paidOffline' },
  placed: { authorise: 'authorised' },
  authorised: { verifyMerchant: 'merchantVerified', ...GIVE_BACK },
  merchantVerified: { checkCategories: 'categoryChecked', ...GIVE_BACK },
  categoryChecked: { match: 'matched', mismatch: 'mismatched', ...GIVE_BACK },
  matched: { raiseAlarm: 'blocked', ...CLAIM, ...GIVE_BACK },
  mismatched: { raiseAlarm: 'blocked', ...GIVE_BACK },
  blocked: { resolveAlarm: 'matched', ...GIVE_BACK },
  partiallyCaptured: { ...CLAIM, voidRest: 'captured', releasePart: 'partiallyCaptured' },
  captured: {
    release: 'released',
    dispute: 'disputed',
    refund: 'refunded',
    returnUndelivered: 'refunded',
  },
  released: {
    releaseFee: 'released',
    dispute: 'disputed',
    refund: 'refunded',
    returnUndelivered: 'refunded',
  },
  disputed: { refund: 'refunded' },
  refunded: {
    refund: 'refunded',
    releaseRest: 'refunded',
    refundSettled: 'refunded',
    dispute: 'disputed',
    returnUndelivered: 'refunded',
  },
  paidOffline: { settle: 'settled', fundFromReserve: 'authorised', refuseVoucher: 'voided' },
  settled: { refundSettled: 'refunded' },
  voided: {},
  expired: {},
};

const EVENTS = TRANSITIONS.map((entry) => entry.event);

/** The states that can be reached from one state without passing through certain others. */
function reachable(from: OrderState, ...without: OrderState[]): Set<OrderState> {
  const seen = new Set<OrderState>([from]);
  for (const state of seen)
    for (const to of Object.values(ALLOWED[state])) if (!without.includes(to)) seen.add(to);
  return seen;
}

describe.each(ORDER_STATES)('in the state %s', (state) => {
  it.each(EVENTS)('%s leads to the right state or is refused', (event) => {
    const expected = ALLOWED[state][event];
    if (expected !== undefined) expect(nextState(state, event)).toBe(expected);
    else
      expect(() => nextState(state, event)).toThrow(
        expect.objectContaining({
          code: 'STATE_CONFLICT',
          details: expect.objectContaining({ state, event }) as unknown,
        }) as Error,
      );
  });
});

it('a refusal names the states in which the step may run', () => {
  expect(() => nextState('basket', 'release')).toThrow(
    expect.objectContaining({
      details: { state: 'basket', event: 'release', expected: ['captured'] },
    }) as Error,
  );
});

it('an unknown event is refused', () => {
  expect(() => nextState('basket', 'toString' as OrderEvent)).toThrow(
    expect.objectContaining({ code: 'STATE_CONFLICT' }) as Error,
  );
});

it('every state can be reached from the basket', () => {
  expect([...reachable('basket')].sort()).toEqual([...ORDER_STATES].sort());
});

it('every event has one row, with a unit that exists or none', () => {
  expect(new Set(EVENTS).size).toBe(EVENTS.length);
  for (const { unit, from } of TRANSITIONS) {
    if (unit !== null) expect(UNITS).toHaveProperty(unit);
    expect(new Set(from).size).toBe(from.length);
  }
});

describe('money', () => {
  it.each(['matched', 'categoryChecked', 'merchantVerified', 'authorised', 'quoted'] as const)(
    'is never captured past the state %s',
    (state) => {
      const without = reachable('basket', state);
      expect(without).not.toContain('captured');
      expect(without).not.toContain('partiallyCaptured');
      expect(without).not.toContain('released');
    },
  );

  it('is captured only for an order that was placed or paid offline', () => {
    for (const state of ['placed', 'paidOffline'] as const)
      expect(reachable('basket', state)).toContain('captured');
    expect(reachable('basket', 'placed', 'paidOffline')).not.toContain('captured');
  });

  it('of a voucher is settled at once or held for the delivery, never both', () => {
    expect(reachable('paidOffline', 'settled')).toContain('released');
    expect(reachable('settled')).not.toContain('authorised');
    expect(reachable('authorised')).not.toContain('settled');
  });

  it('of a mismatched order is captured only after its alarm was resolved', () => {
    expect(reachable('mismatched')).toContain('captured');
    expect(reachable('mismatched', 'blocked')).not.toContain('captured');
  });

  it('never stays on a hold for ever, because every order can end', () => {
    const ends: OrderState[] = ['voided', 'expired', 'released', 'settled', 'refunded'];
    for (const state of ORDER_STATES)
      expect(ends.some((end) => reachable(state).has(end))).toBe(true);
  });

  it('is never captured after it was given back', () => {
    expect([...reachable('voided'), ...reachable('expired')]).toEqual(['voided', 'expired']);
    expect([...reachable('refunded')]).toEqual(['refunded', 'disputed']);
  });
});

it('is not held before the authorisation', () => {
  expect(ORDER_STATES.filter(isBeforeMoney)).toEqual(['basket', 'quoted', 'placed']);
});
