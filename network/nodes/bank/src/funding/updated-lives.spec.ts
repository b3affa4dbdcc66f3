// SPDX-License-Identifier: Apache-2.0
// The random life of an order whose money a former version of the node gave back, with a port to hosts that chose by itself between release
// and refund, until the node was updated: wherever it stood then, and however often the host is away, nothing gets stuck, the instruments get
// what the merchant did not keep, and reconciliation finds ledger, book and backing alike.
import { digestOf, wholeBacking } from '@fabric-offline-pay/domain';
import * as fc from 'fast-check';
import { SEED } from '../../../../../test/support/seeded.js';
import { testPlace } from '../../../common/src/testing/test-place.js';
import { readBackingSnapshot, statedOf } from '../backing/state-backing.js';
import { openAccount } from '../core-banking/book/open-account.js';
import { dayOf } from '../core-banking/book/post-entry.js';
import {
  HostUnavailable,
  type CompleteRequest,
  type CoreBanking,
} from '../core-banking/core-banking.js';
import { embeddedCoreBanking } from '../core-banking/embedded/embedded-core-banking.js';
import { openBankDatabase } from '../database/open-database.js';
import type { BankDatabase } from '../database/schema.js';
import { compareLedger } from '../reconciliation/compare-ledger.js';
import type { MoveKind, MoveState } from '../database/funding-tables.js';
import { keepFundingIds } from '../reconciliation/funding-ids.js';
import { readItems } from '../reconciliation/snapshot.js';
import { doneAtHost } from '../testing/done-at-host.js';
import { emptyTables } from '../testing/hosts/banking-database.js';
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
import type { FundingLedger } from './funding-ledger.js';
import { fundCustomer } from './funding-work.js';
import {
  authorisationKey,
  issueIdOf,
  requestKey,
  withdrawIdOf,
  type LegKey,
  type MoveKey,
} from './keys.js';
import {
  addMoves,
  isOpen,
  legsOf,
  movesOf,
  nextAttempt,
  setMoveState,
  toLegs,
  type FundingMove,
} from './parts-store.js';
import { planMoves } from './plan.js';

fc.configureGlobal({ seed: SEED });

const KEY = { merchantId: 'm', orderNumber: 'F-1', customerId: 'c' };
const ORDER = { merchant_id: 'm', order_number: 'F-1', customer_id: 'c' };
const MONEY = { currency: 'EUR', token: 't' } as const;
const START = Date.UTC(2026, 10, 1);
const DAY_MS = 86_400_000;
const GOES_ON = new AbortController().signal;

let db: BankDatabase;
/** One look a day. */
let now = START;

const clock = () => now;
const bank = () => embeddedCoreBanking({ db, clock });

beforeAll(async () => {
  db = await openBankDatabase(await testPlace());
});
afterAll(() => db.destroy());

/** The ledger notes what came or went, once. */
async function supply(kind: 'issue' | 'withdraw', supply_id: string, amount: string) {
  const place = { at: now, day: dayOf(now), block: 1, transaction_id: supply_id };
  const row = { kind, currency: 'EUR', supply_id, origin: 'node', account: 'c', amount } as const;
  await db
    .insertInto('supplies')
    .values({ ...row, ...place })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const noted = db.selectFrom('supplies').select('amount').where('supply_id', '=', supply_id);
  expect(await noted.executeTakeFirst()).toEqual({ amount });
}

const keyOfMove = ({ leg, kind, number }: FundingMove): MoveKey => ({ ...KEY, leg, kind, number });

const hostKeyOf = (move: FundingMove, attempt: number): string =>
  requestKey(keyOfMove(move), { isKept: move.state === 'keeping', attempt });

const isDone = async (kind: MoveKind, request: CompleteRequest): Promise<boolean> =>
  (await bank()[kind](request)).outcome === 'done';

/** As the port did that chose by itself: the row says only that money was to go back. @returns whether the host did it */
async function isReversed(request: CompleteRequest): Promise<boolean> {
  const ofRequest = ['request_key', '=', request.key] as const;
  let isBack = await isDone('release', request);
  if (!isBack) {
    await db
      .deleteFrom('host_requests')
      .where(...ofRequest)
      .execute();
    isBack = await isDone('refund', request);
  }
  const digest = digestOf({ ...request, kind: 'reverse' });
  await db
    .updateTable('host_requests')
    .set({ digest })
    .where(...ofRequest)
    .execute();
  return isBack;
}

const isWithdrawn = async (id: string): Promise<boolean> =>
  (await db
    .selectFrom('supplies')
    .select('amount')
    .where('supply_id', '=', id)
    .executeTakeFirst()) !== undefined;

/** An order that was funded by these deductions. */
async function funded(total: number, deducted: readonly number[]): Promise<void> {
  now = START;
  const tables = ['fundings', 'funding_legs', 'funding_moves', 'funding_ids', 'supplies'] as const;
  for (const table of tables) await db.deleteFrom(table).execute();
  await emptyTables(db);
  await openAccount(db, { ...MONEY, balance: '1000' }, START);
  const funding = {
    currency: 'EUR',
    total: total.toString(),
    state: 'ready',
    refusal: null,
  } as const;
  await db
    .insertInto('fundings')
    .values({ ...ORDER, ...funding, asked_at: START, is_waiting: false })
    .execute();
  for (const [index, units] of deducted.entries()) {
    const leg: LegKey = { ...KEY, leg: index + 1 };
    const amount = units.toString();
    await db
      .insertInto('funding_legs')
      .values({ ...ORDER, leg: leg.leg, token: 't', amount, state: 'issued' })
      .execute();
    await bank().authorise({ key: authorisationKey(leg), ...MONEY, amount });
    await supply('issue', issueIdOf(leg), amount);
  }
}

/**
 * Versions whose parts may stand in a bank's tables. Before they were `told`, ports released what was to go back whenever so much was reserved,
 * and never refunded it then. Before there was a declared order, parts were carried out by the names of their kinds: refunded, then released.
 */
const FORMER_VERSIONS = ['byName', 'inOrder', 'told'] as const;

/** One look of a former version. */
interface Former {
  readonly version: (typeof FORMER_VERSIONS)[number];
  /** How often it wrote something until the node ended; null: the look came to its end. */
  readonly writes: number | null;
  /** The customer has spent otherwise what is on the account. */
  readonly isSpent: boolean;
}

/** The look ends here. */
class Ended extends Error {}

class FormerLook {
  readonly #former: Former;
  #writes = 0;

  constructor(former: Former) {
    this.#former = former;
  }

  async run(hold: Hold): Promise<void> {
    now += DAY_MS;
    const known = (await movesOf(db, KEY)).map((move) => ({ ...move, hostKind: move.kind }));
    const legs = toLegs(await legsOf(db, KEY), known);
    await addMoves(db, KEY, planMoves(hold.authorised.toString(), legs, holdViewOf(hold)));
    try {
      for (const move of await this.#open()) await this.#finish(move);
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
    }
  }

  async #open(): Promise<FundingMove[]> {
    const moves = (await movesOf(db, KEY)).filter(isOpen);
    if (this.#former.version !== 'byName') return moves;
    return moves.sort(
      (a, b) => a.leg - b.leg || a.kind.localeCompare(b.kind) || a.number - b.number,
    );
  }

  #beforeWriting(): void {
    this.#writes += 1;
    if (this.#writes > (this.#former.writes ?? Infinity)) throw new Ended();
  }

  async #set(move: FundingMove, state: MoveState): Promise<FundingMove> {
    this.#beforeWriting();
    return setMoveState(db, move, state);
  }

  async #finish(planned: FundingMove): Promise<void> {
    const isToLeave = planned.kind !== 'complete' && planned.state === 'planned';
    const move = isToLeave ? await this.#leave(planned) : planned;
    if (move.state === 'kept') return;
    this.#beforeWriting();
    if (await this.#ask(move)) await this.#set(move, move.state === 'keeping' ? 'kept' : 'done');
    else await this.#refused(move);
  }

  async #leave(move: FundingMove): Promise<FundingMove> {
    const id = withdrawIdOf(keyOfMove(move));
    if (this.#former.isSpent && !(await isWithdrawn(id)))
      return this.#set(move, move.kind === 'refund' ? 'kept' : 'keeping');
    this.#beforeWriting();
    await supply('withdraw', id, move.amount);
    return this.#set(move, 'withdrawn');
  }

  /** @returns whether the host did it */
  #ask(move: FundingMove): Promise<boolean> {
    const { leg, kind, amount, state, attempt } = move;
    const authorisation = authorisationKey({ ...KEY, leg });
    const request = { key: hostKeyOf(move, attempt), authorisation, amount };
    if (kind === 'complete' || state === 'keeping') return isDone('complete', request);
    return this.#former.version === 'told' ? isDone(kind, request) : isReversed(request);
  }

  /** What is told is not asked for again under another key when the bank's own rows refuse it. */
  async #refused(move: FundingMove): Promise<never> {
    if (this.#former.version !== 'told') {
      this.#beforeWriting();
      const { amount, attempt } = move;
      await nextAttempt(db, move, { hostKey: hostKeyOf(move, attempt + 1), amount });
    }
    throw new Ended();
  }
}

const AWAY = new HostUnavailable('It is away.');

/** A host that is away after so many requests: of the last one, the answer is lost. */
function host(answers: number): CoreBanking {
  let left = answers;
  const real = bank();
  const asked = (kind: 'complete' | 'release' | 'refund') => async (request: CompleteRequest) => {
    if (left <= 0) throw AWAY;
    left -= 1;
    const answer = await real[kind](request);
    if (left === 0) throw AWAY;
    return answer;
  };
  return {
    ...real,
    complete: asked('complete'),
    release: asked('release'),
    refund: asked('refund'),
  };
}

interface Look {
  readonly answers: number;
  /** The customer has spent otherwise what is on the account. */
  readonly isSpent: boolean;
}

async function look(hold: Hold, { answers, isSpent }: Look): Promise<void> {
  now += DAY_MS;
  const order = { customerId: 'c', hold: holdViewOf(hold) } as never;
  const ledger: FundingLedger = {
    readAvailable: () => Promise.resolve('0'),
    readOrder: () => Promise.resolve(order),
    issue: () => Promise.reject(new Error('Nothing is issued.')),
    withdraw: async (id, { amount }) => {
      const isGone = await isWithdrawn(id);
      if (isGone || !isSpent) await supply('withdraw', id, amount);
      return isGone || !isSpent;
    },
  };
  await db
    .updateTable('fundings')
    .set((set) => ({ wanted: set('wanted', '+', 1) }))
    .execute();
  const context = { db, clock, ledger, coreBanking: host(answers), abandonedAfterMs: DAY_MS };
  await fundCustomer(context, 'c', GOES_ON).catch((error: unknown) => {
    if (error !== AWAY || answers === Infinity) throw error;
  });
}

/** What reconciliation finds of each day until now. */
async function findings() {
  await keepFundingIds(db);
  const days = Array.from({ length: (now - START) / DAY_MS + 1 }, (_, index) =>
    dayOf(START + index * DAY_MS),
  );
  const differences = [];
  for (const day of days)
    differences.push(...compareLedger(day, await readItems(db, day)).differences);
  const stated = statedOf(await readBackingSnapshot(db, 'b'))['EUR'];
  if (stated === undefined) throw new Error('The bank states nothing of its currency.');
  const { supply, underWay } = stated;
  const unexplained = wholeBacking(stated) - BigInt(supply) - BigInt(underWay);
  return { differences, unexplained: unexplained.toString(), underWay };
}

const NOTHING_FOUND = { differences: [], unexplained: '0' };

/** What the host has reserved and taken. */
async function atHost() {
  const sum = await doneAtHost(db);
  const reserved = sum('authorise') - sum('complete') - sum('release');
  return { reserved, held: reserved + sum('complete') - sum('refund') };
}

const mostlyNot = fc.nat({ max: 5 }).map((number) => number === 5);

const former = fc.record({
  version: fc.constantFrom(...FORMER_VERSIONS),
  writes: fc.option(fc.nat({ max: 9 }), { nil: null, freq: 2 }),
  isSpent: mostlyNot,
});

const stepOf = (event: LifeStep['event']) =>
  fc.tuple(
    lifeStep.map((step) => ({ ...step, event })),
    former,
  );

/** What was refunded was taken of what is reserved: when that is voided, too little of it is left. */
const refundedBeforeVoided = fc.tuple(stepOf('capture'), stepOf('refund'), stepOf('void'));

const anything = fc.array(fc.tuple(lifeStep, former), { minLength: 1, maxLength: 5 });

const units = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 100 }));

const life = fc.record({
  own: fc.oneof(fc.constant(0), fc.nat({ max: 20 })),
  deducted: fc.array(units, { minLength: 1, maxLength: 3 }),
  before: fc.oneof(refundedBeforeVoided, anything),
  after: fc.array(lifeStep, { maxLength: 3 }),
  isSpent: fc.boolean(),
});

const WHOLE_LOOK = { version: 'inOrder', writes: null, isSpent: false } as const;

const happens = (event: LifeStep['event'], part: number) => ({ event, part, answers: null });

test('nothing that was planned before the update gets stuck or is done twice', async () => {
  await fc.assert(
    fc.asyncProperty(life, async ({ own, deducted, before, after, isSpent }) => {
      let hold = newHold(deducted.reduce((sum, amount) => sum + amount, own));
      await funded(hold.authorised, deducted);
      for (const [{ event, part }, version] of before) {
        hold = HOLD_EVENTS[event](hold, part);
        await new FormerLook(version).run(hold);
      }
      for (const { event, part, answers } of after) {
        hold = HOLD_EVENTS[event](hold, part);
        if (answers !== null) await look(hold, { answers, isSpent });
        expect(await findings()).toMatchObject(NOTHING_FOUND);
      }
      await look(hold, { answers: Infinity, isSpent });
      expect((await movesOf(db, KEY)).some(isOpen)).toBe(false);
      expect(await findings()).toEqual({ ...NOTHING_FOUND, underWay: '0' });
      const { reserved, held } = await atHost();
      const wasSpent = isSpent || before.some(([, version]) => version.isSpent);
      if (!wasSpent) expect(held).toBe(heldOf(hold, own));
      if (restOf(hold) === 0) expect(reserved).toBe(0);
    }),
    {
      numRuns: 40,
      examples: [
        // Leg 1 was released in place of a refund, and a completion does not fit any more. Refunds were planned of that, and not of leg 2.
        [
          {
            ...{ own: 0, deducted: [4, 1], after: [happens('void', 1)], isSpent: false },
            before: [
              [happens('capture', 201), WHOLE_LOOK],
              [happens('refund', 501), WHOLE_LOOK],
              [happens('capture', 1), WHOLE_LOOK],
              [happens('refund', 1), { ...WHOLE_LOOK, writes: 0 }],
            ],
          },
        ],
      ],
    },
  );
});
