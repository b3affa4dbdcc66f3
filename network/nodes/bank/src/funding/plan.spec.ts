// SPDX-License-Identifier: Apache-2.0
// What is planned for the random life of an order, looked at now and then, is what a host that counts may carry out, however often it is
// away; and in the end the instruments have given what the order cost. So they have when a former version got stuck with it.
import * as fc from 'fast-check';
import { SEED } from '../../../../../test/support/seeded.js';
import {
  heldOf,
  HOLD_EVENTS,
  holdViewOf,
  lifeStep,
  newHold,
  restOf,
  type Hold,
  type LifeStep,
} from '../testing/order-lives.js';
import { inOrder, planMoves, type Leg, type PlannedMove } from './plan.js';
import { isToRefit, refit } from './refit.js';

fc.configureGlobal({ seed: SEED });

interface Part extends Omit<PlannedMove, 'amount'> {
  readonly number: number;
  amount: bigint;
  hostKind: PlannedMove['kind'];
}

/** A deduction at the host. It does what it is told and counts; it guesses nothing. */
class Authorisation {
  reserved: number;
  taken = 0;

  constructor(amount: number) {
    this.reserved = amount;
  }

  has({ kind, amount }: PlannedMove): boolean {
    return amount <= (kind === 'refund' ? this.taken : this.reserved);
  }

  do(move: PlannedMove): void {
    expect([move.kind, this.has(move)]).toEqual([move.kind, true]);
    this[move.kind === 'refund' ? 'taken' : 'reserved'] -= Number(move.amount);
    if (move.kind === 'complete') this.taken += Number(move.amount);
  }

  /** As the port did that chose by itself how money goes back. @returns how; undefined when it refused */
  choose(move: PlannedMove): PlannedMove['kind'] | undefined {
    const ways = move.kind === 'complete' ? [move.kind] : (['release', 'refund'] as const);
    return ways.find((kind) => this.has({ ...move, kind }));
  }
}

/** An order with its deductions, as the node keeps it. */
class Order {
  readonly #total: number;
  readonly #deducted: readonly number[];
  readonly #host: readonly Authorisation[];
  readonly #planned: Part[] = [];
  readonly #done = new Set<Part>();

  constructor(total: number, deducted: readonly number[]) {
    this.#total = total;
    this.#deducted = deducted;
    this.#host = deducted.map((amount) => new Authorisation(amount));
  }

  get reserved(): number {
    return this.#host.reduce((sum, { reserved }) => sum + reserved, 0);
  }

  get taken(): number {
    return this.#host.reduce((sum, { taken }) => sum + taken, 0);
  }

  /** @param answers how many requests the host answers before it is away */
  look(hold: Hold, answers = Infinity): void {
    let left = answers;
    let isOver: boolean;
    do {
      isOver = this.#planUnlessToRefit(hold);
      for (const move of this.#open().slice(0, left)) {
        left -= 1;
        isOver = !this.#refit(move) && isOver;
        const { leg, hostKind: kind, amount } = move;
        if (amount > 0n) this.#host[leg - 1]?.do({ leg, kind, amount });
        this.#done.add(move);
      }
    } while (!isOver && left > 0);
  }

  /** A look of the version whose port chose by itself. It ends when the host refuses. */
  lookFormerly(hold: Hold): void {
    this.#plan(hold, 'kind');
    for (const move of this.#open()) {
      const host = this.#host[move.leg - 1];
      const kind = host?.choose(move);
      if (host === undefined || kind === undefined) return;
      host.do({ ...move, kind });
      move.hostKind = kind;
      this.#done.add(move);
    }
  }

  #open(): Part[] {
    return inOrder(this.#planned).filter((move) => !this.#done.has(move));
  }

  /** @returns false when what was planned before must be finished first */
  #planUnlessToRefit(hold: Hold): boolean {
    if (isToRefit(this.#legsBy('hostKind'), this.#open())) return false;
    this.#plan(hold);
    return true;
  }

  #plan(hold: Hold, by: 'kind' | 'hostKind' = 'hostKind'): void {
    const legs = this.#legsBy(by);
    for (const move of planMoves(this.#total.toString(), legs, holdViewOf(hold))) this.#add(move);
  }

  #add(move: PlannedMove): void {
    const { length } = this.#planned.filter(
      ({ leg, kind }) => leg === move.leg && kind === move.kind,
    );
    this.#planned.push({ ...move, number: length + 1, hostKind: move.kind });
  }

  /** @returns whether the host must be asked otherwise than was planned */
  #refit(move: Part): boolean {
    const done = this.#planned.filter((other) => this.#done.has(other));
    const leg = this.#legsBy('hostKind', done)[move.leg - 1];
    const fitted = leg && refit(move, leg);
    if (fitted === undefined) return false;
    move.hostKind = fitted.kind;
    move.amount = fitted.amount;
    if (fitted.rest !== null) this.#add({ leg: move.leg, ...fitted.rest });
    return true;
  }

  #legsBy(by: 'kind' | 'hostKind', parts: readonly Part[] = this.#planned): readonly Leg[] {
    return this.#deducted.map((amount, index) => {
      const sum = (kind: PlannedMove['kind']): bigint =>
        parts
          .filter((move) => move.leg === index + 1 && move[by] === kind)
          .reduce((all, move) => all + move.amount, 0n);
      return {
        ...{ leg: index + 1, amount: BigInt(amount), complete: sum('complete') },
        ...{ release: sum('release'), refund: sum('refund') },
      };
    });
  }
}

test('in any life of an order the host is asked for what it can do, and keeps what the order cost', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 200 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 3 }),
      fc.array(lifeStep, { maxLength: 12 }),
      (own, deducted, steps) => {
        const authorised = deducted.reduce((sum, amount) => sum + amount, own);
        const order = new Order(authorised, deducted);
        let hold = newHold(authorised);
        for (const { event, part, answers } of steps) {
          hold = HOLD_EVENTS[event](hold, part);
          if (answers !== null) order.look(hold, answers);
        }
        order.look(hold);
        const cost = Math.max(0, hold.captured - own);
        expect(order.taken).toBe(Math.max(0, cost - hold.refunded));
        expect(order.reserved).toBe(restOf(hold) === 0 ? 0 : authorised - own - cost);
      },
    ),
    { numRuns: 3000 },
  );
});

const happens = (event: LifeStep['event'], part: number) => ({ event, part, answers: null });

/** The first deduction was released in place of a refund, and what is to be completed of it does not fit any more. The second one has so much. */
const PLANNED_OF_A_FULL_LEG: [number, number[], LifeStep[], LifeStep[]] = [
  0,
  [2, 1],
  [happens('capture', 1), happens('refund', 1), happens('capture', 1), happens('capture', 1)],
  [happens('refund', 501)],
];

test('though the host gave money back otherwise than was planned until the node was updated, the instruments get the same', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 200 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 3 }),
      fc.array(lifeStep, { minLength: 1, maxLength: 8 }),
      fc.array(lifeStep, { maxLength: 8 }),
      (own, deducted, before, after) => {
        const authorised = deducted.reduce((sum, amount) => sum + amount, own);
        const order = new Order(authorised, deducted);
        let hold = newHold(authorised);
        for (const { event, part } of before) {
          hold = HOLD_EVENTS[event](hold, part);
          order.lookFormerly(hold);
        }
        for (const { event, part, answers } of after) {
          hold = HOLD_EVENTS[event](hold, part);
          if (answers !== null) order.look(hold, answers);
        }
        order.look(hold);
        expect(order.taken + order.reserved).toBe(heldOf(hold, own));
        if (restOf(hold) === 0) expect(order.reserved).toBe(0);
      },
    ),
    { numRuns: 3000, examples: [PLANNED_OF_A_FULL_LEG] },
  );
});

test('what is given back comes last, and what is still reserved before what was taken', () => {
  const move = (leg: number, kind: PlannedMove['kind'], number: number) => ({ leg, kind, number });
  const ordered = [
    ...[move(1, 'complete', 1), move(1, 'complete', 2), move(1, 'complete', 10)],
    ...[move(1, 'release', 1), move(1, 'refund', 1), move(2, 'complete', 1), move(2, 'refund', 1)],
  ];
  const byName = [...ordered].sort((a, b) => (a.kind < b.kind ? -1 : 1));
  expect(inOrder(byName)).toEqual(ordered);
  expect(inOrder([...ordered].reverse())).toEqual(ordered);
});
