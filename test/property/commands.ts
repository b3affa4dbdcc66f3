// SPDX-License-Identifier: Apache-2.0
// What may happen in a shop, as data: drawn at random, printed as a counterexample, run again as it stands.
import fc from 'fast-check';
import { itemAt } from '../support/defined.js';

/** Minor units, or what would be the most. */
export type Claim = number | 'rest';

export interface Buy {
  readonly kind: 'buy';
  readonly way: 'stepwise' | 'express';
  readonly customer: number;
  /** Which of the shops. */
  readonly shop: number;
  readonly pieces: number;
  readonly holdSeconds: number;
  readonly faulty: boolean;
  /** The customer binds both factors to the order, where the ledger asks. */
  readonly stepsUp: boolean;
}

interface OnOrder {
  /** Which of the orders so far, counted back from the latest. */
  readonly order: number;
}

export interface Claiming extends OnOrder {
  readonly kind: 'settle' | 'capture' | 'refund';
  readonly id: string;
  readonly amount: Claim;
}

const STEPS = [
  'release',
  'void',
  'expire',
  'returnUndelivered',
  'pickUp',
  'resolveAlarm',
  'upholdAlarm',
  'storePurchase',
  'bearDebt',
] as const;

/** What needs nothing but the order's key. */
export interface Step extends OnOrder {
  readonly kind: (typeof STEPS)[number];
}

export interface Deliver extends OnOrder {
  readonly kind: 'deliver';
  readonly proof: 'none' | 'right' | 'wrong';
}

const DISPUTES = ['dispute', 'upholdDispute', 'rejectDispute', 'lapseDispute'] as const;

export interface Disputing extends OnOrder {
  readonly kind: (typeof DISPUTES)[number];
  readonly id: number;
}

/** What of an order happens by time. */
const DEADLINES = ['expiry', 'belief', 'delivery', 'dispute', 'decision', 'debt'] as const;

/** Time passes until something of an order is due, a second less or a second more. */
export interface Wait extends OnOrder {
  readonly kind: 'wait';
  readonly until: (typeof DEADLINES)[number];
  readonly off: -1 | 0 | 1;
}

export interface Pass {
  readonly kind: 'pass';
  readonly seconds: number;
}

export interface RollUp {
  readonly kind: 'rollUp';
  /** Which of the payees: the shops, then the logistics company. */
  readonly payee: number;
  /** How many seconds ago the entries may end; a time to come when negative. */
  readonly behind: number;
}

export interface Payout {
  readonly kind: 'requestPayout' | 'redeem';
  readonly payee: number;
  /** Of a request its name; of a payout which request, counted back from the payee's latest, or 0 for the first name. */
  readonly id: number;
  readonly amount: Claim;
}

export interface Banking {
  readonly kind: 'issue' | 'confirmIssue' | 'withdraw';
  readonly customer: number;
  readonly id: number;
  readonly amount: Claim;
}

export type Command =
  Buy | Claiming | Step | Deliver | Disputing | Wait | Pass | RollUp | Payout | Banking;

/** What one run is. */
export interface Story {
  /** What the policy makes of a dispute that nobody decides. */
  readonly undecided: 'uphold' | 'reject';
  readonly commands: readonly Command[];
}

const few = (most: number) => fc.integer({ min: 0, max: most });
const customer = few(2);
const order = few(5);
const latest = fc.constant(0);
const payee = few(2);
const claim: fc.Arbitrary<Claim> = fc.oneof(
  fc.constant('rest' as const),
  fc.integer({ min: 1, max: 9000 }),
);

/** The last two are names that the chaincode could have for credits of its own. */
const CLAIM_IDS = ['claim-0', 'claim-1', 'claim-2', 'delivery', 'release'];

const buy: fc.Arbitrary<Buy> = fc.record({
  kind: fc.constant('buy' as const),
  way: fc.constantFrom('express', 'express', 'express', 'stepwise'),
  customer,
  shop: fc.constantFrom(0, 0, 0, 1),
  pieces: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 12 }) },
    { weight: 1, arbitrary: fc.integer({ min: 30, max: 41 }) },
  ),
  holdSeconds: fc.constantFrom(3600, 60),
  faulty: fc.constantFrom(false, false, false, true),
  stepsUp: fc.constantFrom(true, true, true, false),
});

const claiming = (
  kind: fc.Arbitrary<Claiming['kind']>,
  which: typeof order,
): fc.Arbitrary<Claiming> =>
  fc.record({ kind, order: which, id: fc.constantFrom(...CLAIM_IDS), amount: claim });

const step = (kind: fc.Arbitrary<Step['kind']>, which: typeof order): fc.Arbitrary<Step> =>
  fc.record({ kind, order: which });

const deliver = (which: typeof order): fc.Arbitrary<Deliver> =>
  fc.record({
    kind: fc.constant('deliver'),
    order: which,
    proof: fc.constantFrom('none', 'none', 'right', 'right', 'wrong'),
  });

const disputing = (
  kind: fc.Arbitrary<Disputing['kind']>,
  which: typeof order,
): fc.Arbitrary<Disputing> => fc.record({ kind, order: which, id: fc.constantFrom(0, 0, 1) });

const wait = (until: fc.Arbitrary<Wait['until']>, which: typeof order): fc.Arbitrary<Wait> =>
  fc.record({
    kind: fc.constant('wait'),
    order: which,
    until,
    off: fc.constantFrom(-1, 0, 0, 0, 1),
  });

const rollUp: fc.Arbitrary<RollUp> = fc.record({
  kind: fc.constant('rollUp'),
  payee,
  behind: fc.constantFrom(0, 0, 1, 60, -1),
});

const payout = (
  kind: Payout['kind'],
  payees: readonly number[],
  ids: readonly number[],
): fc.Arbitrary<Payout> =>
  fc.record({
    kind: fc.constant(kind),
    payee: fc.constantFrom(...payees),
    id: fc.constantFrom(...ids),
    amount: fc.oneof({ weight: 2, arbitrary: fc.constant('rest' as const) }, claim),
  });

const banking: fc.Arbitrary<Banking> = fc.record({
  kind: fc.constantFrom('issue', 'confirmIssue', 'withdraw'),
  customer,
  id: few(3),
  amount: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 50_000 }) },
    { weight: 2, arbitrary: fc.constant('rest' as const) },
  ),
});

const pass: fc.Arbitrary<Pass> = fc.record({
  kind: fc.constant('pass' as const),
  seconds: fc.constantFrom(1, 59, 60, 900, 3600),
});

const as = <Kind extends Command['kind']>(...kinds: Kind[]): fc.Arbitrary<Kind> =>
  fc.constantFrom(...kinds);

const due = (...deadlines: Wait['until'][]): fc.Arbitrary<Wait['until']> =>
  fc.constantFrom(...deadlines);

/** Anything at any time. */
const anything: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: buy },
  { weight: 6, arbitrary: claiming(as('settle', 'settle', 'capture', 'refund'), order) },
  { weight: 8, arbitrary: step(as(...STEPS), order) },
  { weight: 3, arbitrary: deliver(order) },
  { weight: 4, arbitrary: disputing(as(...DISPUTES), order) },
  { weight: 2, arbitrary: wait(fc.constantFrom(...DEADLINES), order) },
  { weight: 1, arbitrary: pass },
  { weight: 3, arbitrary: rollUp },
  { weight: 2, arbitrary: payout('requestPayout', [0, 0, 1, 2], [0, 1, 2, 3, 4, 5]) },
  { weight: 2, arbitrary: payout('redeem', [0, 0, 1, 2], [0, 1, 1, 1, 2]) },
  { weight: 2, arbitrary: banking },
);

/** What may become of one order, in its natural course; a life has some of it. */
const COURSE: readonly fc.Arbitrary<Command>[] = [
  claiming(as('settle', 'settle', 'capture'), latest),
  claiming(as('capture'), latest),
  step(as('pickUp'), latest),
  claiming(as('capture', 'refund'), latest),
  rollUp,
  payout('requestPayout', [0], [0, 1, 2, 3, 4, 5]),
  payout('redeem', [0], [1]),
  deliver(latest),
  wait(due('expiry', 'belief', 'delivery'), latest),
  step(as('expire', 'void', 'release', 'returnUndelivered'), latest),
  claiming(as('capture', 'refund'), latest),
  disputing(as('dispute'), latest),
  step(as('pickUp', 'release'), latest),
  deliver(latest),
  wait(due('belief', 'decision', 'dispute'), latest),
  disputing(as('upholdDispute', 'rejectDispute', 'lapseDispute'), latest),
  step(as('release', 'returnUndelivered', 'pickUp'), latest),
  disputing(as('dispute', 'upholdDispute'), latest),
  disputing(as('upholdDispute', 'lapseDispute'), latest),
  rollUp,
  wait(due('debt'), latest),
  step(as('bearDebt'), latest),
  rollUp,
];

/** An order and some of its course: what chance alone would not put into the right order often enough. */
const life: fc.Arbitrary<Command[]> = fc
  .tuple(buy, fc.subarray([...COURSE.keys()], { minLength: 4 }), fc.tuple(...COURSE))
  .map(([bought, chosen, course]) => [bought, ...chosen.map((index) => itemAt(course, index))]);

/** Up to this many commands: lives of orders, and anything between them. */
export const stories = (maxLength: number): fc.Arbitrary<Story> =>
  fc.record({
    undecided: fc.constantFrom('uphold', 'reject'),
    commands: fc
      .array(
        fc.oneof(
          { weight: 8, arbitrary: anything.map((command): Command[] => [command]) },
          { weight: 1, arbitrary: life },
        ),
        { maxLength, size: 'max' },
      )
      .map((parts) => parts.flat().slice(0, maxLength)),
  });
