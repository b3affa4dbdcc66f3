// SPDX-License-Identifier: Apache-2.0
// What is planned for the random life of an order, looked at now and then, is what a host that counts may carry out, however often it is
// away; and in the end the instruments have given what the order cost.
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
} from '../testing/order-lives.js';
import { inOrder, planMoves, type Leg, type PlannedMove } from './plan.js';

fc.configureGlobal({ seed: SEED });

type Part = PlannedMove & { readonly number: number; hostKind: PlannedMove['kind'] };

/** A deduction at the host. It does what it is told and counts; it guesses nothing. */
class Authorisation {
  reserved: number;
  taken = 0;

  constructor(amount: number) {
    this.reserved = amount;
  }

  do({ kind, amount }: PlannedMove): void {
    const from = kind === 'refund' ? 'taken' : 'reserved';
    this[from] -= Number(amount);
    if (kind === 'complete') this.taken += Number(amount);
    expect([kind, this[from] >= 0]).toEqual([kind, true]);
  }

  /** As the port did that chose by itself how money goes back. @returns how; undefined when it refused */
  choose({ kind, amount }: PlannedMove): PlannedMove['kind'] | undefined {
    if (kind === 'complete') return amount <= this.reserved ? kind : undefined;
    if (amount <= this.reserved) return 'release';
    return amount <= this.taken ? 'refund' : undefined;
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
    this.#plan(hold);
    const open = inOrder(this.#planned).filter((move) => !this.#done.has(move));
    for (const move of open.slice(0, answers)) {
      this.#host[move.leg - 1]?.do({ ...move, kind: move.hostKind });
      this.#done.add(move);
    }
  }

  /** A look of the version whose port chose by itself. @returns false when it got stuck */
  lookFormerly(hold: Hold): boolean {
    this.#plan(hold, 'kind');
    for (const move of inOrder(this.#planned).filter((each) => !this.#done.has(each))) {
      const host = this.#host[move.leg - 1];
      const chosen = host?.choose(move);
      if (host === undefined || chosen === undefined) return false;
      move.hostKind = chosen;
      host.do({ ...move, kind: chosen });
      this.#done.add(move);
    }
    return true;
  }

  #plan(hold: Hold, by: 'kind' | 'hostKind' = 'hostKind'): void {
    const legs = this.#legsBy(by);
    for (const move of planMoves(this.#total.toString(), legs, holdViewOf(hold))) {
      const { length } = this.#planned.filter(
        ({ leg, kind }) => leg === move.leg && kind === move.kind,
      );
      this.#planned.push({ ...move, number: length + 1, hostKind: move.kind });
    }
  }

  #legsBy(by: 'kind' | 'hostKind'): readonly Leg[] {
    return this.#deducted.map((amount, index) => {
      const sum = (kind: PlannedMove['kind']): bigint =>
        this.#planned
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
          fc.pre(order.lookFormerly(hold));
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
    { numRuns: 3000 },
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
