// SPDX-License-Identifier: Apache-2.0
// What may happen to money that is reserved for devices, as data: drawn at random, printed as a counterexample, run again as it
// stands. Numbers that choose something count from the latest back, round as often as it takes.
import fc from 'fast-check';

export type Bearer = 'merchant' | 'bank';

export interface Funding {
  readonly kind: 'fund';
  /** Which of the devices. */
  readonly device: number;
  readonly total: number;
}

interface OnReserve {
  readonly reserve: number;
}

export interface ToppingUp extends OnReserve {
  readonly kind: 'topUp';
  readonly add: number;
}

/** A thief has a copy of the device from this many vouchers ago. */
export interface Stealing extends OnReserve {
  readonly kind: 'steal';
  readonly back: number;
}

export interface Paying extends OnReserve {
  readonly kind: 'pay';
  readonly till: number;
  readonly amount: number;
  readonly by: 'owner' | 'thief';
  /** What a thief makes of it: counters left out, a sum that is too high, a time long ago. */
  readonly skip: number;
  readonly lift: number;
  readonly backdated: number;
}

export interface Settling {
  readonly kind: 'settle';
  /** The merchant of the first voucher submits all of them. */
  readonly vouchers: readonly number[];
  readonly short: boolean;
}

export interface Cancelling {
  readonly kind: 'cancel';
  readonly voucher: number;
}

export interface Proving {
  readonly kind: 'prove';
  readonly voucher: number;
  /** Among the other vouchers of the reserve. */
  readonly other: number;
}

export interface Reporting extends OnReserve {
  readonly kind: 'report';
  /** By an entry for all epochs of the device. */
  readonly all: boolean;
}

export interface Publishing {
  readonly kind: 'publish';
  /** Which device the bulletin drops: one that can no longer spend, or the first, even if it still can. */
  readonly forget: 'nobody' | 'over' | 'first';
}

/** A till fetches the newest bulletin. */
export interface Syncing {
  readonly kind: 'sync';
  readonly till: number;
}

/** The policy says from now on who bears losses. */
export interface Voting {
  readonly kind: 'vote';
  readonly bearer: Bearer;
}

/** About a double spend that the ledger knows. */
export interface Deciding {
  readonly kind: 'compensate' | 'clear';
  readonly fraud: number;
}

export interface Ending extends OnReserve {
  readonly kind: 'close' | 'reissue';
}

/** Time passes until something of a reserve is over, a second less or a second more. */
export interface Waiting extends OnReserve {
  readonly kind: 'wait';
  readonly until: 'spend' | 'forget' | 'claim' | 'close';
  readonly off: -1 | 0 | 1;
}

export interface Passing {
  readonly kind: 'pass';
  readonly seconds: number;
}

export type ReserveCommand =
  | Funding
  | ToppingUp
  | Stealing
  | Paying
  | Settling
  | Cancelling
  | Proving
  | Reporting
  | Publishing
  | Syncing
  | Voting
  | Deciding
  | Ending
  | Waiting
  | Passing;

export interface ReserveStory {
  /** Who bears losses in the beginning. */
  readonly bearer: Bearer;
  readonly commands: readonly ReserveCommand[];
}

const few = (most: number) => fc.integer({ min: 0, max: most });
const constant = <const Value>(value: Value) => fc.constant(value);
const reserve = fc.constantFrom(0, 0, 0, 1, 1, 2, 3);
const latest = constant(0);
const voucher = fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 4);
const amount = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(1, 500, 1250, 2500) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 5000 }) },
);

const fund: fc.Arbitrary<Funding> = fc.record({
  kind: constant('fund'),
  device: few(3),
  total: fc.constantFrom(2500, 5000, 5000, 10_000, 20_000),
});

const pay = (which: fc.Arbitrary<number>): fc.Arbitrary<Paying> =>
  fc.record({
    kind: constant('pay'),
    reserve: which,
    till: few(2),
    amount,
    by: constant('owner'),
    skip: constant(0),
    lift: constant(0),
    backdated: constant(0),
  });

const steal = (which: fc.Arbitrary<number>): fc.Arbitrary<Stealing> =>
  fc.record({ kind: constant('steal'), reserve: which, back: fc.constantFrom(0, 0, 1, 2) });

const thief = (which: fc.Arbitrary<number>): fc.Arbitrary<Paying> =>
  fc.record({
    kind: constant('pay'),
    reserve: which,
    till: few(2),
    amount: fc.oneof({ weight: 5, arbitrary: amount }, fc.constantFrom(5001, 20_001)),
    by: constant('thief'),
    skip: fc.constantFrom(0, 0, 0, 0, 1, 5),
    lift: fc.constantFrom(0, 0, 0, 0, 1250, 15_000),
    backdated: fc.constantFrom(0, 0, 0, 0, 45, 1000),
  });

const settle: fc.Arbitrary<Settling> = fc.record({
  kind: constant('settle'),
  vouchers: fc.array(voucher, { minLength: 1, maxLength: 4 }),
  short: fc.boolean(),
});

const report = (which: fc.Arbitrary<number>): fc.Arbitrary<Reporting> =>
  fc.record({ kind: constant('report'), reserve: which, all: fc.boolean() });

const prove: fc.Arbitrary<Proving> = fc.record({
  kind: constant('prove'),
  voucher,
  other: few(3),
});

const cancel: fc.Arbitrary<Cancelling> = fc.record({ kind: constant('cancel'), voucher });

const publish: fc.Arbitrary<Publishing> = fc.record({
  kind: constant('publish'),
  forget: fc.constantFrom('nobody', 'nobody', 'over', 'first'),
});

const sync: fc.Arbitrary<Syncing> = fc.record({ kind: constant('sync'), till: few(2) });

const decide = (kind: Deciding['kind']): fc.Arbitrary<Deciding> =>
  fc.record({ kind: constant(kind), fraud: fc.constantFrom(0, 0, 0, 1, 2) });

const wait = (which: fc.Arbitrary<number>, ...until: Waiting['until'][]): fc.Arbitrary<Waiting> =>
  fc.record({
    kind: constant('wait'),
    reserve: which,
    until: fc.constantFrom(...until),
    off: fc.constantFrom(-1, 0, 0, 1, 1),
  });

const end = (which: fc.Arbitrary<number>, ...kinds: Ending['kind'][]): fc.Arbitrary<Ending> =>
  fc.record({ kind: fc.constantFrom(...kinds), reserve: which });

const anything: fc.Arbitrary<ReserveCommand> = fc.oneof(
  { weight: 3, arbitrary: fund },
  { weight: 1, arbitrary: fc.record({ kind: constant('topUp'), reserve, add: amount }) },
  { weight: 8, arbitrary: pay(reserve) },
  { weight: 1, arbitrary: steal(reserve) },
  { weight: 3, arbitrary: thief(reserve) },
  { weight: 8, arbitrary: settle },
  { weight: 2, arbitrary: cancel },
  { weight: 3, arbitrary: prove },
  { weight: 2, arbitrary: report(reserve) },
  { weight: 1, arbitrary: publish },
  { weight: 2, arbitrary: sync },
  {
    weight: 1,
    arbitrary: fc.record({ kind: constant('vote'), bearer: fc.constantFrom('merchant', 'bank') }),
  },
  { weight: 3, arbitrary: decide('compensate') },
  { weight: 1, arbitrary: decide('clear') },
  { weight: 1, arbitrary: end(reserve, 'close', 'close', 'reissue') },
  { weight: 1, arbitrary: wait(reserve, 'spend', 'forget', 'claim', 'close') },
  {
    weight: 1,
    arbitrary: fc.record({ kind: constant('pass'), seconds: fc.constantFrom(1, 61, 900, 3661) }),
  },
);

/** Some of what commonly follows, which chance alone would seldom put into the right order. */
const life = (...steps: readonly fc.Arbitrary<ReserveCommand>[]) =>
  fc
    .tuple(...steps.map((step) => fc.option(step, { freq: 12 })))
    .map((drawn) => drawn.filter((command) => command !== null));

const closing = (...kinds: Ending['kind'][]) => [wait(latest, 'close'), end(latest, ...kinds)];

/** A payment at one till, by the owner or by a thief with a copy of the device. */
const at = (till: number, by: Paying['by'], more: Partial<Paying> = {}): fc.Arbitrary<Paying> =>
  fc.record({
    ...{ kind: constant('pay'), reserve: latest, till: constant(till), by: constant(by) },
    amount: constant(more.amount ?? 1250),
    skip: constant(0),
    lift: constant(more.lift ?? 0),
    backdated: constant(0),
  });

const brings = (...vouchers: number[]): fc.Arbitrary<Settling> =>
  fc.record({ kind: constant('settle'), vouchers: constant(vouchers), short: fc.boolean() });

const proves = (which: number, other: number): fc.Arbitrary<Proving> =>
  constant({ kind: 'prove', voucher: which, other });

const decides = (kind: Deciding['kind'], fraud: number): fc.Arbitrary<Deciding> =>
  constant({ kind, fraud });

const passes = (seconds: number): fc.Arbitrary<Passing> => constant({ kind: 'pass', seconds });

const large: fc.Arbitrary<Funding> = fc.record({
  kind: constant('fund'),
  device: few(3),
  total: fc.constantFrom(5000, 10_000),
});

const three = <Item>(item: Item): [Item, Item, Item] => [item, item, item];

const lives = fc.oneof(
  life(fund, pay(latest), pay(latest), cancel, settle, settle, ...closing('close')),
  life(fund, pay(latest), fund, pay(reserve), report(latest), settle, ...closing('reissue')),
  life(
    ...[fund, pay(latest), steal(latest), thief(latest), pay(latest), thief(latest)],
    ...[settle, settle, prove, prove, decide('compensate'), decide('compensate')],
    ...closing('close'),
  ),
  life(fund, steal(latest), report(latest), pay(latest), thief(latest), settle, prove, sync),
  life(fund, report(latest), wait(latest, 'forget'), publish, sync, fund),
  // Three losses of one reserve, which are more than the bank bears.
  life(
    ...[large, steal(latest), ...three(at(0, 'owner')), brings(0, 1, 2)],
    ...[...three(at(1, 'thief')), brings(0, 1, 2), proves(0, 2), proves(1, 3), proves(2, 4)],
    ...[decides('compensate', 0), decides('compensate', 1), decides('compensate', 2)],
    ...closing('close'),
  ),
  // Losses that the rest does not cover, the oldest not the first by its counter.
  life(
    ...[large, steal(latest), ...three(at(0, 'owner')), brings(0, 1, 2), ...three(at(2, 'thief'))],
    ...[brings(0), passes(1), brings(1), passes(1), brings(2), ...closing('close')],
  ),
  // Somebody spends after the report what was spent before it.
  life(
    ...[fund, steal(latest), at(0, 'owner'), passes(1), report(latest), passes(61)],
    ...[at(1, 'thief'), fc.oneof(brings(0, 1), brings(1, 0)), proves(0, 0), brings(1, 0)],
    ...[decide('compensate'), ...closing('close', 'reissue')],
  ),
  // Who agrees with a terminal has it cancel more than the device may spend.
  life(
    ...[large, at(0, 'owner'), steal(latest)],
    fc.oneof(at(1, 'thief', { lift: 15_000, amount: 5000 }), at(1, 'thief', { amount: 20_001 })),
    ...[cancel, brings(1), brings(0), ...closing('close')],
  ),
  // A device makes requests up, in the name of a till that accepted another voucher.
  life(
    ...[large, steal(latest), at(1, 'thief'), brings(0), steal(latest), at(0, 'thief')],
    ...[proves(0, 0), at(0, 'owner'), brings(0), proves(0, 1), decide('compensate')],
    ...closing('close'),
  ),
);

export const reserveStories = (maxLength: number): fc.Arbitrary<ReserveStory> =>
  fc.record({
    bearer: fc.constantFrom<Bearer>('merchant', 'bank', 'bank'),
    commands: fc
      .array(
        fc.oneof(
          { weight: 3, arbitrary: anything.map((command) => [command]) },
          { weight: 1, arbitrary: lives },
        ),
        { minLength: 1, maxLength: maxLength / 3 },
      )
      .map((parts) => parts.flat().slice(0, maxLength)),
  });
