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
import { OPEN_MOVE_STATES } from '../database/funding-tables.js';
import { openBankDatabase } from '../database/open-database.js';
import type { BankDatabase } from '../database/schema.js';
import { compareLedger } from '../reconciliation/compare-ledger.js';
import { keepFundingIds } from '../reconciliation/funding-ids.js';
import { readDay } from '../reconciliation/snapshot.js';
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
} from '../testing/order-lives.js';
import type { FundingLedger } from './funding-ledger.js';
import { fundCustomer } from './funding-work.js';
import { authorisationKey, issueIdOf, moveKey, withdrawIdOf, type LegKey } from './keys.js';
import {
  addMoves,
  legsOf,
  movesOf,
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

/** How the former version carries out a part: `prefers` is what its port chooses when the host could do both. */
interface Former {
  readonly prefers: 'release' | 'refund';
}

/** @returns whether the host did it. The row says what was asked, as the former version wrote it. */
async function askFormerly(move: FundingMove, { prefers }: Former): Promise<boolean> {
  const { leg, kind, number, amount } = move;
  const key = moveKey({ ...KEY, leg, kind, number });
  const request: CompleteRequest = {
    key,
    authorisation: authorisationKey({ ...KEY, leg }),
    amount,
  };
  if (kind === 'complete') return (await bank().complete(request)).outcome === 'done';
  const choices =
    prefers === 'release' ? (['release', 'refund'] as const) : (['refund', 'release'] as const);
  for (const choice of choices) {
    await db.deleteFrom('host_requests').where('request_key', '=', key).execute();
    const answer = await bank()[choice](request);
    await db
      .updateTable('host_requests')
      .set({ digest: digestOf({ ...request, kind: 'reverse' }) })
      .where('request_key', '=', key)
      .execute();
    if (answer.outcome === 'done') return true;
  }
  return false;
}

/** So many times something was written when the former version ended. */
class Writes {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  next(): boolean {
    this.#left -= 1;
    return this.#left >= 0;
  }
}

/** @returns whether it goes on with what comes next */
async function finishFormerly(row: FundingMove, former: Former, writes: Writes): Promise<boolean> {
  let move = row;
  if (move.kind !== 'complete' && move.state === 'planned') {
    if (!writes.next()) return false;
    const { leg, kind, number, amount } = move;
    await supply('withdraw', withdrawIdOf({ ...KEY, leg, kind, number }), amount);
    if (!writes.next()) return false;
    move = await setMoveState(db, move, 'withdrawn');
  }
  if (!writes.next() || !(await askFormerly(move, former)) || !writes.next()) return false;
  await setMoveState(db, move, 'done');
  return true;
}

async function lookFormerly(hold: Hold, former: Former, writes = new Writes(Infinity)) {
  now += DAY_MS;
  const legs = await legsOf(db, KEY);
  const known = (await movesOf(db, KEY)).map((move) => ({ ...move, hostKind: move.kind }));
  await addMoves(
    db,
    KEY,
    planMoves(hold.authorised.toString(), toLegs(legs, known), holdViewOf(hold)),
  );
  for (const move of await movesOf(db, KEY))
    if (OPEN_MOVE_STATES.some((state) => state === move.state))
      if (!(await finishFormerly(move, former, writes))) return;
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
      const noted = db.selectFrom('supplies').select('amount').where('supply_id', '=', id);
      const isGone = (await noted.executeTakeFirst()) !== undefined;
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
    differences.push(...compareLedger(day, (await readDay(db, day)).items).differences);
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

const isOpen = async (): Promise<boolean> =>
  (await movesOf(db, KEY)).some(({ state }) => OPEN_MOVE_STATES.some((open) => open === state));

const former = fc.record({ prefers: fc.constantFrom(...(['release', 'refund'] as const)) });

const stepOf = (event: keyof typeof HOLD_EVENTS) =>
  fc.tuple(
    lifeStep.map((step) => ({ ...step, event })),
    former,
  );

/** What was refunded was taken of what is reserved: when that is voided, too little of it is left. */
const refundedBeforeVoided = fc.tuple(stepOf('capture'), stepOf('refund'), stepOf('void'));

const anything = fc.array(fc.tuple(lifeStep, former), { minLength: 1, maxLength: 4 });

const life = fc.record({
  own: fc.nat({ max: 20 }),
  deducted: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 2 }),
  before: fc.oneof(refundedBeforeVoided, anything),
  /** How often the last look of the former version wrote something. */
  writes: fc.nat({ max: 9 }),
  after: fc.array(lifeStep, { maxLength: 3 }),
  isSpent: fc.boolean(),
});

test('nothing that was planned before the update gets stuck or is done twice', async () => {
  await fc.assert(
    fc.asyncProperty(life, async ({ own, deducted, before, writes, after, isSpent }) => {
      let hold = newHold(deducted.reduce((sum, amount) => sum + amount, own));
      await funded(hold.authorised, deducted);
      for (const [index, [{ event, part }, port]] of before.entries()) {
        hold = HOLD_EVENTS[event](hold, part);
        const isLast = index === before.length - 1;
        await lookFormerly(hold, port, new Writes(isLast ? writes : Infinity));
      }
      for (const { event, part, answers } of after) {
        hold = HOLD_EVENTS[event](hold, part);
        if (answers !== null) await look(hold, { answers, isSpent });
        expect(await findings()).toMatchObject(NOTHING_FOUND);
      }
      await look(hold, { answers: Infinity, isSpent });
      expect(await isOpen()).toBe(false);
      expect(await findings()).toEqual({ ...NOTHING_FOUND, underWay: '0' });
      const { reserved, held } = await atHost();
      if (!isSpent) expect(held).toBe(heldOf(hold, own));
      if (restOf(hold) === 0) expect(reserved).toBe(0);
    }),
    { numRuns: 40 },
  );
});
