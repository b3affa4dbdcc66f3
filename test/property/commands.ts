// SPDX-License-Identifier: Apache-2.0
// What may happen in a shop, as data: drawn at random, printed as a counterexample, run again as it stands.
import fc from 'fast-check';

/** Minor units, or what would be the most. */
export type Claim = number | 'rest';

export interface Buy {
  readonly kind: 'buy';
  readonly way: 'stepwise' | 'express';
  readonly customer: number;
  readonly pieces: number;
  readonly holdSeconds: number;
  readonly faulty: boolean;
}

interface OnOrder {
  /** Which of the orders so far, counted back from the latest. */
  readonly order: number;
}

export interface Claiming extends OnOrder {
  readonly kind: 'settle' | 'capture' | 'refund';
  readonly id: number;
  readonly amount: Claim;
}

const STEPS = [
  'release',
  'void',
  'expire',
  'dispute',
  'pickUp',
  'deliver',
  'resolveAlarm',
  'upholdAlarm',
  'upholdDispute',
  'rejectDispute',
  'storePurchase',
] as const;

export interface Step extends OnOrder {
  readonly kind: (typeof STEPS)[number];
}

export interface AtPayee {
  readonly kind: 'rollUp';
  readonly payee: 'merchant' | 'logistics';
  /** How many seconds ago the entries may end; a time to come when negative. */
  readonly behind: number;
}

export interface Redeem {
  readonly kind: 'redeem';
  readonly payee: 'merchant' | 'logistics';
  readonly id: number;
  readonly amount: Claim;
}

export interface Issue {
  readonly kind: 'issue';
  readonly customer: number;
  readonly id: number;
  readonly amount: string;
}

export interface Pass {
  readonly kind: 'pass';
  readonly seconds: number;
}

export type Command = Buy | Claiming | Step | AtPayee | Redeem | Issue | Pass;

/** Twice is too much for an account; once leaves room for whatever may be given back. */
const NEARLY_ALL_DIGITS = '999999999999000000';

const few = (most: number) => fc.integer({ min: 0, max: most });
const customer = few(2);
const order = few(5);
const payee = fc.constantFrom('merchant' as const, 'logistics' as const);
const claim: fc.Arbitrary<Claim> = fc.oneof(
  fc.constant('rest' as const),
  fc.integer({ min: 1, max: 9000 }),
);

const buy: fc.Arbitrary<Buy> = fc.record({
  kind: fc.constant('buy' as const),
  way: fc.constantFrom('express', 'express', 'express', 'stepwise'),
  customer,
  pieces: fc.integer({ min: 1, max: 12 }),
  holdSeconds: fc.constantFrom(3600, 60),
  faulty: fc.constantFrom(false, false, false, true),
});

const claiming: fc.Arbitrary<Claiming> = fc.record({
  kind: fc.constantFrom('settle', 'settle', 'capture', 'refund'),
  order,
  id: few(2),
  amount: claim,
});

const step: fc.Arbitrary<Step> = fc.record({ kind: fc.constantFrom(...STEPS), order });

const atPayee: fc.Arbitrary<AtPayee> = fc.record({
  kind: fc.constant('rollUp'),
  payee,
  behind: fc.constantFrom(0, 0, 1, 60, -1),
});

const redeem: fc.Arbitrary<Redeem> = fc.record({
  kind: fc.constant('redeem' as const),
  payee,
  id: few(3),
  amount: claim,
});

const issue: fc.Arbitrary<Issue> = fc.record({
  kind: fc.constant('issue' as const),
  customer,
  id: few(3),
  amount: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 50_000 }).map(String) },
    fc.constant(NEARLY_ALL_DIGITS),
  ),
});

const pass: fc.Arbitrary<Pass> = fc.record({
  kind: fc.constant('pass' as const),
  seconds: fc.constantFrom(1, 59, 60, 900, 3600),
});

/** Up to so many commands, orders and what becomes of them more often than what surrounds them. */
export const commands = (maxLength: number): fc.Arbitrary<Command[]> =>
  fc.array(
    fc.oneof(
      { weight: 3, arbitrary: buy },
      { weight: 6, arbitrary: claiming },
      { weight: 8, arbitrary: step },
      { weight: 3, arbitrary: atPayee },
      { weight: 1, arbitrary: redeem },
      { weight: 1, arbitrary: issue },
      { weight: 1, arbitrary: pass },
    ),
    { maxLength, size: 'max' },
  );
