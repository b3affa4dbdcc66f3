// SPDX-License-Identifier: Apache-2.0
// Automatic deduction (unit 14): an order whose account is short is funded from the customer's instrument, and what was not used goes
// back. Ledger, book and host agree to the unit, wherever the node dies.
import { openBankDatabase } from '@fabric-offline-pay/bank-node';
import { captureDue, CLOCK_TOLERANCE_SECONDS, nextCaptureId } from '@fabric-offline-pay/domain';
import { Follower, Work } from '@fabric-offline-pay/node-common/node';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import type { Client, Purchase } from '@fabric-offline-pay/sdk';
import { BANK, CURRENCY, MERCHANT, POLICY, type CustomerDevice } from '@fabric-offline-pay/testing';
import { pino } from 'pino';
import { openAccount } from '../../network/nodes/bank/src/core-banking/book/open-account.js';
import {
  HostUncertain,
  HostUnavailable,
  refused,
  type CoreBanking,
} from '../../network/nodes/bank/src/core-banking/core-banking.js';
import { embeddedCoreBanking } from '../../network/nodes/bank/src/core-banking/embedded/embedded-core-banking.js';
import {
  recordedCoreBanking,
  type Host,
} from '../../network/nodes/bank/src/core-banking/requests/recorded-core-banking.js';
import type { BankDatabase, BankTables } from '../../network/nodes/bank/src/database/schema.js';
import { fundCustomer, fundingWork } from '../../network/nodes/bank/src/funding/funding-work.js';
import {
  fundingLedger,
  type FundingLedger,
} from '../../network/nodes/bank/src/funding/funding-ledger.js';
import type { FundingContext } from '../../network/nodes/bank/src/funding/funding-context.js';
import { issueIdOf } from '../../network/nodes/bank/src/funding/keys.js';
import {
  listFundings,
  readFunding,
  type FundingView,
} from '../../network/nodes/bank/src/funding/read-fundings.js';
import { askFunding, findFunding } from '../../network/nodes/bank/src/funding/store.js';
import { testPlace, urlOf } from '../../network/nodes/common/src/testing/test-place.js';
import { availableTo } from '../support/balances.js';
import { RUN, type Way } from '../support/both-ways.js';
import { Crash, Life, mortalPort } from '../support/crash-points.js';
import { defined } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';

const CUSTOMER = 'customer-1';
const TOKEN = `tok-${CUSTOMER}`;
/** Of a run that is not given up. */
const GOES_ON = new AbortController().signal;
/** How a run ends that does what another does at the same time. */
const BESIDE = /^(OVERTAKEN|HOST_UNAVAILABLE|HOST_UNCERTAIN)$/;
/** On the account: less than any order costs. */
const OWN = 1000;
/** Behind the instrument. */
const BEHIND = 20_000;
/** Two chargers and their delivery. */
const TOTAL = 5450;
const LACKING = TOTAL - OWN;

let db: BankDatabase;
let url: string | undefined;
let memory: MemoryWorld;
let device: CustomerDevice;
let teller: Client;

beforeAll(async () => {
  const place = await testPlace();
  url = urlOf(place);
  db = await openBankDatabase(place);
});
afterAll(() => db.destroy());

const TABLES = [
  ...([
    'ledger_position',
    'followed_orders',
    'messages',
    'instruments',
    'funding_choices',
  ] as const),
  ...(['fundings', 'funding_legs', 'funding_moves', 'placed_orders'] as const),
];

/** Customers who were asked for, until a look at their fundings succeeds. */
const queue = new Set<string>();

/** The book cannot be emptied: each test has a token of its own. */
let token = TOKEN;
let opened = 0;
/** So does its order: keys at the host are made from it. */
let orderNumber = '';

async function openWorld(policy = POLICY): Promise<void> {
  for (const table of TABLES) await db.deleteFrom(table).execute();
  queue.clear();
  memory = await memoryWorld({ policy });
  device = await memory.world.customer(CUSTOMER, OWN.toString());
  teller = await memory.world.bank('teller');
  await openInstrument();
}

beforeEach(() => openWorld());

async function openInstrument(): Promise<void> {
  opened += 1;
  token = `card-${opened}`;
  orderNumber = `F-${opened}`;
  await teller.settlement.linkInstrument({ customerId: CUSTOMER, token, kind: 'card' });
  await db.insertInto('funding_choices').values({ customer_id: CUSTOMER, token }).execute();
  await openAccount(db, { token, currency: CURRENCY, balance: BEHIND.toString() }, 1);
}

interface Parts {
  readonly coreBanking?: CoreBanking;
  readonly ledger?: FundingLedger;
  readonly clock?: () => number;
}

const contextOf = ({ coreBanking, ledger, clock = Date.now }: Parts = {}): FundingContext => ({
  db,
  ledger: ledger ?? fundingLedger(teller),
  coreBanking: coreBanking ?? embeddedCoreBanking({ db, clock }),
  clock,
  abandonedAfterMs: 1_800_000,
});

/** What the customer's app does when the shop says that the account is short. */
async function fundNow(context = contextOf(), number = orderNumber): Promise<void> {
  const key = { merchantId: MERCHANT, orderNumber: number };
  const request = { ...key, customerId: CUSTOMER, currency: CURRENCY, total: TOTAL.toString() };
  await askFunding(db, request, context.clock());
  await fundCustomer(context, CUSTOMER, GOES_ON);
}

async function purchaseOf(claim?: string | null): Promise<Purchase> {
  const loginId = await memory.world.login(device);
  const options = { orderNumber, ...(claim !== undefined && { claim }) };
  return { ...memory.world.purchase(device, loginId, options), fund: () => fundNow() };
}

const run = async (way: Way, purchase: Purchase) =>
  RUN[way](await memory.world.parties(), purchase);

const orderKey = () => ({ merchantId: MERCHANT, orderNumber });

const fundingKey = () => ({ ...orderKey(), customerId: CUSTOMER });

/** The ledger says something new of the order. */
async function lookAgain(context = contextOf()): Promise<void> {
  await db
    .updateTable('fundings')
    .set((set) => ({ wanted: set('wanted', '+', 1) }))
    .execute();
  await fundCustomer(context, CUSTOMER, GOES_ON);
}

/** What was asked for, as the node's queue does it: again, when it failed. */
async function workOff(context = contextOf()): Promise<void> {
  for (const customerId of queue) {
    await fundCustomer(context, customerId, GOES_ON);
    queue.delete(customerId);
  }
}

/** The node reads blocks that it has not read yet, or all again, and does what they ask for. */
async function follow(context = contextOf(), { again = false } = {}): Promise<void> {
  const ask = (_: unknown, __: unknown, customerId: string): Promise<void> => {
    queue.add(customerId);
    return Promise.resolve();
  };
  const { projections } = fundingWork(context, { ask, wake: () => undefined }, BANK);
  const source = new MemoryBlocks(memory.ledger);
  const follower = new Follower<BankTables>({ db, source, projections });
  if (again) await follower.rebuild();
  const stop = new AbortController();
  const following = follower.run(stop.signal);
  const head = memory.ledger.blocks().at(-1)?.number ?? 0;
  await follower.reached(BigInt(head), AbortSignal.timeout(20_000));
  stop.abort();
  await following;
  await workOff(context);
}

/** The merchant claims all of a hold, and the bank captures it. */
async function capture(): Promise<void> {
  const { bankNode, cashier } = await memory.world.parties();
  await cashier.settlement.claim({ ...orderKey(), claimed: TOTAL.toString() });
  const shown = await bankNode.orderNumber.readOrder(orderKey());
  const due = { captureId: nextCaptureId(shown), amount: captureDue(shown) };
  await bankNode.settlement.capture({ ...orderKey(), ...due });
}

async function refund(amount: string): Promise<void> {
  const payee = { payeeId: MERCHANT, currency: CURRENCY };
  await rollUpPayee(await memory.world.bank('bank-node'), payee);
  const { settlement } = (await memory.world.parties()).cashier;
  await settlement.refund({ ...orderKey(), refundId: 'R', amount });
}

const sumOf = async (kind: string): Promise<number> => {
  const rows = await db
    .selectFrom('book_entries')
    .innerJoin('book_postings', 'book_postings.entry_key', 'book_entries.entry_key')
    .select('amount')
    .where('kind', '=', kind as 'complete')
    .where('token', '=', token)
    .where('book_postings.amount', '>', '0')
    .execute();
  return rows.reduce((sum, { amount }) => sum + Number(amount), 0);
};

interface Money {
  readonly behind: number;
  readonly authorised: number;
  readonly completed: number;
  readonly released: number;
  readonly refunded: number;
  readonly available: number;
}

async function money(): Promise<Money> {
  const { balance } = await db
    .selectFrom('book_accounts')
    .select('balance')
    .where('purpose', '=', 'account')
    .where('owner', '=', token)
    .executeTakeFirstOrThrow();
  return {
    behind: Number(balance),
    authorised: await sumOf('authorise'),
    completed: await sumOf('complete'),
    released: await sumOf('release'),
    refunded: await sumOf('refund'),
    available: Number(await availableTo(teller, CUSTOMER)),
  };
}

const FUNDED: Money = {
  behind: BEHIND - LACKING,
  authorised: LACKING,
  completed: 0,
  released: 0,
  refunded: 0,
  available: 0,
};

describe.each(['express', 'stepwise'] as const)('%s', (way) => {
  test('what the account lacks is deducted once, and completed when the money is captured', async () => {
    await run(way, await purchaseOf());
    expect(await money()).toEqual(FUNDED);
    await lookAgain();
    await lookAgain();
    expect(await money()).toEqual({ ...FUNDED, completed: LACKING });
  });

  test('what a merchant gives back goes to the instrument first', async () => {
    await run(way, await purchaseOf());
    await refund('980');
    await lookAgain();
    const back = { behind: BEHIND - LACKING + 980, completed: LACKING, refunded: 980 };
    expect(await money()).toEqual({ ...FUNDED, ...back });
  });
});

test('a hold that is voided gives everything back', async () => {
  await run('express', await purchaseOf(null));
  const { settlement } = await memory.world.bank('bank-node');
  await settlement.void(orderKey());
  await lookAgain();
  const back = { behind: BEHIND, released: LACKING, available: OWN };
  expect(await money()).toEqual({ ...FUNDED, ...back });
});

describe.each([
  { captured: 3000, refunded: 500 },
  { captured: 4000, refunded: 100 },
])('of what was deducted the rest goes back, and of $captured then $refunded', (sums) => {
  const taken = sums.captured - OWN;
  const AFTER: Money = {
    ...{ ...FUNDED, behind: BEHIND - taken + sums.refunded },
    ...{ completed: taken, released: LACKING - taken, refunded: sums.refunded },
  };

  async function captureInPart(context = contextOf()): Promise<void> {
    const purchase = await purchaseOf(sums.captured.toString());
    await run('express', { ...purchase, fund: () => fundNow(context) });
    await lookAgain(context);
    await (await memory.world.parties()).cashier.settlement.void(orderKey());
  }

  const goBack = () => refund(sums.refunded.toString());

  test('though nobody looked before the refund', async () => {
    await captureInPart();
    await goBack();
    await lookAgain();
    expect(await money()).toEqual(AFTER);
  });

  test('though the host was away before the refund', async () => {
    await captureInPart();
    const release = () => Promise.reject(new HostUnavailable('away'));
    const coreBanking = { ...embeddedCoreBanking({ db, clock: Date.now }), release };
    await expect(lookAgain(contextOf({ coreBanking }))).rejects.toThrow('away');
    await goBack();
    await lookAgain();
    expect(await money()).toEqual(AFTER);
    expect(await readFunding(db, fundingKey())).toMatchObject({
      ...{ outcome: 'taken', taken: taken.toString() },
      returned: (LACKING - taken + sums.refunded).toString(),
    });
  });

  test("though the host's answer to the release got lost before the refund", async () => {
    const asked: string[] = [];
    let isSilent = false;
    const host: Host = {
      adapter: 'iso8583',
      carryOut: (request) => {
        asked.push([request.kind, request.amount].join(' '));
        return isSilent
          ? Promise.reject(new HostUncertain('silent'))
          : Promise.resolve({ request, answer: { outcome: 'done', reference: 'R' } });
      },
      echo: () => Promise.resolve(),
      statement: () => Promise.resolve([]),
      close: () => Promise.resolve(),
    };
    const context = contextOf({
      coreBanking: recordedCoreBanking({ db, clock: Date.now, host }),
    });
    await captureInPart(context);
    isSilent = true;
    await expect(lookAgain(context)).rejects.toThrow('silent');
    isSilent = false;
    await goBack();
    await lookAgain(context);
    const release = `release ${LACKING - taken}`;
    expect(asked).toEqual([
      ...[`authorise ${LACKING}`, `complete ${taken}`, release, release],
      `refund ${sums.refunded}`,
    ]);
  });
});

test("what the bank's own rows refuse is not asked for again under other keys", async () => {
  await run('express', await purchaseOf());
  const keys: string[] = [];
  const complete: CoreBanking['complete'] = ({ key }) => {
    keys.push(key);
    return Promise.resolve(refused('AMOUNT_EXCEEDED'));
  };
  const context = contextOf({
    coreBanking: { ...embeddedCoreBanking({ db, clock: Date.now }), complete },
  });
  for (let times = 0; times < 3; times += 1)
    await expect(lookAgain(context)).rejects.toMatchObject({ code: 'HOST_CONTRADICTS' });
  expect(new Set(keys).size).toBe(1);
  expect(await readFunding(db, fundingKey())).toMatchObject({ outcome: 'checking' });
});

test('money that was spent otherwise meanwhile is completed instead of released', async () => {
  await run('express', await purchaseOf(null));
  const { settlement } = await memory.world.bank('bank-node');
  await settlement.void(orderKey());
  const spent = { withdrawId: 'W', customerId: CUSTOMER, token, currency: CURRENCY };
  await teller.settlement.withdraw({ ...spent, amount: '2000' });
  await lookAgain();
  expect(await money()).toEqual({ ...FUNDED, completed: LACKING, available: TOTAL - 2000 });
});

test('an order that never holds its money gives it back after a time', async () => {
  await fundNow();
  expect(await money()).toEqual({ ...FUNDED, available: TOTAL });
  await lookAgain(contextOf({ clock: () => Date.now() + 2_000_000 }));
  expect(await money()).toEqual({ ...FUNDED, behind: BEHIND, released: LACKING, available: OWN });
});

describe('an order whose money was given back', () => {
  const LATER = 2_000_000;
  const later = (parts: Parts = {}) => contextOf({ ...parts, clock: () => Date.now() + LATER });

  beforeEach(async () => {
    await fundNow();
    await lookAgain(later());
  });

  test.each(['express', 'stepwise'] as const)(
    'is funded anew when it is asked for again: %s',
    async (way) => {
      const purchase = await purchaseOf('1500');
      await run(way, { ...purchase, fund: () => fundNow(later()) });
      await lookAgain();
      // The customer's own money pays first, as if it had never been funded before.
      const anew = { authorised: 2 * LACKING, released: LACKING, completed: 1500 - OWN };
      expect(await money()).toEqual({ ...FUNDED, ...anew });
      const { settlement } = (await memory.world.parties()).cashier;
      await settlement.void(orderKey());
      await lookAgain();
      const { released, completed, behind } = await money();
      expect([released, completed]).toEqual([LACKING + TOTAL - 1500, 1500 - OWN]);
      expect(behind).toBe(BEHIND - (1500 - OWN));
      expect(await readFunding(db, fundingKey())).toMatchObject({ outcome: 'taken' });
    },
  );

  test('has anew its time to hold it, and gives it back again', async () => {
    await fundNow(later());
    await lookAgain(later());
    const twice = { authorised: 2 * LACKING, released: LACKING };
    expect(await money()).toEqual({ ...FUNDED, ...twice, available: TOTAL });
    await lookAgain(contextOf({ clock: () => Date.now() + 2 * LATER }));
    expect(await money()).toEqual({
      ...{ ...FUNDED, behind: BEHIND, available: OWN },
      ...{ authorised: 2 * LACKING, released: 2 * LACKING },
    });
    expect(await readFunding(db, fundingKey())).toMatchObject({ outcome: 'reversed' });
  });
});

test('money that is about to go back is not counted on', async () => {
  await fundNow();
  const dead = () => Promise.reject(new Error('The ledger is away.'));
  const ledger = { ...fundingLedger(teller), withdraw: dead };
  const late = contextOf({ ledger, clock: () => Date.now() + 2_000_000 });
  await expect(lookAgain(late)).rejects.toThrow('away');
  expect((await money()).available).toBe(TOTAL);
  const [first, second] = [orderNumber, `${orderNumber}-2`];
  await expect(fundNow(late, second)).rejects.toThrow('away');
  orderNumber = second;
  expect(await findFunding(db, fundingKey())).toMatchObject({ state: 'ready' });
  expect((await money()).authorised).toBe(2 * LACKING);
  orderNumber = first;
  await fundNow(late).catch(() => undefined);
  await lookAgain();
  expect((await money()).available).toBe(2 * TOTAL);
});

test('an account with enough money is left alone, and two orders do not count on the same money', async () => {
  await teller.settlement.issue({
    ...{ issueId: 'more', customerId: CUSTOMER, token, currency: CURRENCY },
    amount: (TOTAL - OWN).toString(),
  });
  await fundNow();
  expect((await money()).authorised).toBe(0);
  await fundNow(contextOf(), `${orderNumber}-2`);
  expect((await money()).authorised).toBe(TOTAL);
});

describe('an order whose deduction is under way is counted on by no other', () => {
  /** The older order waits, and the newer one is asked for. */
  async function twoOrders(first: Parts): Promise<void> {
    const [older, newer] = [orderNumber, `${orderNumber}-2`];
    await expect(fundNow(contextOf(first), older)).rejects.toThrow('lost');
    await fundNow(contextOf(), newer).catch(() => undefined);
    await lookAgain();
    for (const number of [older, newer])
      expect(await findFunding(db, { ...fundingKey(), orderNumber: number })).toMatchObject({
        ...{ state: 'ready', trouble: null },
      });
    expect((await money()).available).toBe(2 * TOTAL);
  }

  test('though it was issued, and the answer got lost', async () => {
    const issue: FundingLedger['issue'] = async (id, what) => {
      await fundingLedger(teller).issue(id, what);
      throw new Error('The answer got lost.');
    };
    await twoOrders({ ledger: { ...fundingLedger(teller), issue } });
  });

  test('though the host is still asked for it', async () => {
    const authorise = () => Promise.reject(new Error('The answer got lost.'));
    await twoOrders({
      coreBanking: { ...embeddedCoreBanking({ db, clock: Date.now }), authorise },
    });
  });

  test('though its answer gets lost again while the other is looked at', async () => {
    let asked = 0;
    const issue: FundingLedger['issue'] = async (id, what) => {
      const answer = await fundingLedger(teller).issue(id, what);
      asked += 1;
      if (asked <= 2) throw new Error('The answer got lost.');
      return answer;
    };
    const ledger = { ...fundingLedger(teller), issue };
    await expect(fundNow(contextOf({ ledger }))).rejects.toThrow('lost');
    await expect(fundNow(contextOf({ ledger }), `${orderNumber}-2`)).rejects.toThrow('lost');
    await lookAgain();
    expect((await money()).available).toBe(2 * TOTAL);
  });
});

test('an order that was paid and is noted as waiting has the next one deduct nothing that the account has', async () => {
  await run('express', await purchaseOf());
  await lookAgain();
  const own = { issueId: 'own', customerId: CUSTOMER, token, currency: CURRENCY };
  await teller.settlement.issue({ ...own, amount: TOTAL.toString() });
  await db.updateTable('fundings').set({ is_waiting: true, wanted: 99 }).execute();
  await fundNow(contextOf(), `${orderNumber}-2`);
  expect((await money()).authorised).toBe(LACKING);
});

test.each([
  ['no instrument', { token: null }, 'NO_INSTRUMENT'],
  ['an instrument that the bank does not know', { token: 'unknown' }, 'INSTRUMENT_UNKNOWN'],
])('with %s the order is refused, and may be asked for again', async (_, choice, refusal) => {
  await db.updateTable('funding_choices').set(choice).execute();
  const purchase = await purchaseOf();
  await expect(run('express', purchase)).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
  expect(await findFunding(db, fundingKey())).toMatchObject({ state: 'refused', refusal });
  await db.updateTable('funding_choices').set({ token }).execute();
  await run('express', purchase);
  expect(await money()).toEqual(FUNDED);
});

test('a large sum waits for a second person, and goes on when it was confirmed', async () => {
  const limits = { ...POLICY.currencies[CURRENCY], issue: OWN.toString() };
  await openWorld({ ...POLICY, currencies: { [CURRENCY]: limits } });
  const waits = { code: 'AWAITS_CONFIRMATION' };
  await expect(fundNow()).rejects.toMatchObject(waits);
  await expect(lookAgain()).rejects.toMatchObject(waits);
  expect((await money()).available).toBe(OWN);
  const { settlement } = await memory.world.bank('operator');
  await settlement.confirmIssue({
    ...{ issueId: issueIdOf({ ...orderKey(), leg: 1 }), customerId: CUSTOMER },
    ...{ token, currency: CURRENCY, amount: LACKING.toString() },
  });
  await lookAgain();
  expect(await money()).toEqual({ ...FUNDED, available: TOTAL });
  await run('express', await purchaseOf());
  await lookAgain();
  expect(await money()).toEqual({ ...FUNDED, completed: LACKING });
});

const mortalContext = (life: Life): FundingContext => {
  const context = contextOf();
  return {
    ...context,
    ledger: mortalPort(context.ledger, life),
    coreBanking: mortalPort(context.coreBanking, life),
  };
};

/** It goes away before each statement that changes something, from one on. */
const mortalDatabase = (life: Life): BankDatabase =>
  db.withPlugin({
    transformQuery: ({ node }) => {
      if (node.kind !== 'SelectQueryNode') life.step();
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });

const unlessCrash = (error: unknown): void => {
  if (!(error instanceof Crash)) throw error;
};

test('the database may go away before every write of a deduction, and the order hold its money before the next look', async () => {
  const lifeOf = async (life: Life): Promise<number> => {
    const fund = async (): Promise<void> => {
      queue.add(CUSTOMER);
      await fundNow({ ...contextOf(), db: mortalDatabase(life) }).catch(unlessCrash);
      // The customer's app asks again while the account is short.
      if ((await money()).available < TOTAL) await fundNow();
    };
    await run('express', { ...(await purchaseOf('0')), fund });
    await follow();
    await capture();
    await follow();
    const outcome = (await readFunding(db, fundingKey()))?.outcome;
    const ended = [life.endsAt, outcome, await money()];
    expect(ended).toEqual([life.endsAt, 'taken', { ...FUNDED, completed: LACKING }]);
    return life.steps;
  };
  const steps = await lifeOf(new Life());
  expect(steps).toBeGreaterThan(4);
  for (let endsAt = 1; endsAt <= steps; endsAt += 1) {
    await openWorld();
    await lifeOf(new Life(endsAt));
  }
});

test('an order that was refused the rest is followed with what it was given, when it holds its money all the same', async () => {
  await fundNow();
  await db.updateTable('fundings').set({ state: 'refused', refusal: 'LIMIT_EXCEEDED' }).execute();
  await run('express', { ...(await purchaseOf('0')), fund: () => Promise.resolve() });
  await follow();
  await capture();
  await follow();
  expect(await readFunding(db, fundingKey())).toMatchObject({ outcome: 'taken', reason: null });
});

describe('an order that was placed and holds no money', () => {
  const DAYS = 86_400_000;
  const muchLater = () => contextOf({ clock: () => Date.now() + 60 * DAYS });
  const choose = (chosen: string | null) =>
    db.updateTable('funding_choices').set({ token: chosen }).execute();

  /** The account is short, and the customer goes away. */
  async function place(): Promise<void> {
    const purchase = { ...(await purchaseOf()), fund: () => Promise.resolve() };
    await expect(run('stepwise', purchase)).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
  }

  const authorised = async (): Promise<number> => (await money()).authorised;

  test('is funded by itself, and once, however often the ledger is read', async () => {
    await place();
    await follow();
    await follow(contextOf(), { again: true });
    expect(await authorised()).toBe(LACKING);
  });

  test('is not funded when its customer wanted no deduction then, whatever is chosen later', async () => {
    await choose(null);
    await place();
    await follow();
    await choose(token);
    await follow(contextOf(), { again: true });
    expect([await authorised(), await findFunding(db, fundingKey())]).toEqual([0, undefined]);
    await fundNow();
    expect(await authorised()).toBe(LACKING);
  });

  test('is not funded by a node that was off for long', async () => {
    await place();
    await follow(muchLater());
    expect([await authorised(), await findFunding(db, fundingKey())]).toEqual([0, undefined]);
  });

  test('is not funded by a node that has lost its database', async () => {
    await choose(null);
    await place();
    await follow();
    await db.deleteFrom('placed_orders').execute();
    await choose(token);
    await follow(muchLater(), { again: true });
    expect([await authorised(), await findFunding(db, fundingKey())]).toEqual([0, undefined]);
  });
});

test('what was asked for, and not begun before nobody waited for it any more, is not begun', async () => {
  const request = { ...fundingKey(), currency: CURRENCY, total: TOTAL.toString() };
  await askFunding(db, request, Date.now());
  const late = contextOf({ clock: () => Date.now() + 2_000_000 });
  await fundCustomer(late, CUSTOMER, GOES_ON);
  expect((await money()).authorised).toBe(0);
  const declined = { outcome: 'declined', reason: 'ABANDONED' };
  expect(await readFunding(db, fundingKey())).toMatchObject(declined);
  await fundNow(late);
  expect((await money()).authorised).toBe(LACKING);
});

describe('asked for again after an outage in which nobody waited', () => {
  const late = (): FundingContext => contextOf({ clock: () => Date.now() + 2_000_000 });

  test('an order is funded, though nothing was begun', async () => {
    const readAvailable = () => Promise.reject(new Error('The ledger is away.'));
    const ledger = { ...fundingLedger(teller), readAvailable };
    await expect(fundNow(contextOf({ ledger }))).rejects.toThrow('away');
    await fundNow(late());
    expect(await money()).toEqual({ ...FUNDED, available: TOTAL });
  });

  test('an order keeps what was begun for it', async () => {
    const authorise = () => Promise.reject(new HostUnavailable('away'));
    const coreBanking = { ...embeddedCoreBanking({ db, clock: Date.now }), authorise };
    await expect(fundNow(contextOf({ coreBanking }))).rejects.toThrow('away');
    await fundNow(late());
    expect(await money()).toEqual({ ...FUNDED, available: TOTAL });
  });
});

describe('a deduction that the ledger does not take', () => {
  const told: string[] = [];
  const tell: FundingContext['tell'] = (_, { kind, reason }) => {
    told.push([kind, reason].join(' '));
    return Promise.resolve();
  };
  const context = () => ({ ...contextOf(), tell });
  const UNTOUCHED: Money = { ...FUNDED, behind: BEHIND, released: LACKING, available: OWN };
  const outcome = async () => {
    const {
      outcome: word,
      reason,
      ...sums
    } = defined(await readFunding(db, fundingKey()), 'the funding');
    return [word, reason, sums.deducted, sums.returned, sums.step];
  };

  beforeEach(() => {
    told.length = 0;
  });

  /** The bank's book knows the card, and no customer has linked it on the ledger. */
  async function chooseUnlinked(): Promise<void> {
    token = `${token}-unlinked`;
    await openAccount(db, { token, currency: CURRENCY, balance: BEHIND.toString() }, 1);
    await db.updateTable('funding_choices').set({ token }).execute();
  }

  test('is released at the host: the order is declined, its customer is told, and may ask again', async () => {
    const linked = token;
    await chooseUnlinked();
    await fundNow(context());
    expect(await money()).toEqual(UNTOUCHED);
    const sums = [LACKING.toString(), LACKING.toString(), null];
    expect(await outcome()).toEqual(['declined', 'INSTRUMENT_UNKNOWN', ...sums]);
    expect(told).toEqual(['declined INSTRUMENT_UNKNOWN', 'givenBack ']);
    token = linked;
    await db.updateTable('funding_choices').set({ token }).execute();
    await run('express', await purchaseOf());
    await lookAgain();
    expect(await money()).toEqual({ ...FUNDED, completed: LACKING });
  });

  test('is under way until the host has released it', async () => {
    await chooseUnlinked();
    const away = {
      ...embeddedCoreBanking({ db, clock: Date.now }),
      release: () => Promise.reject(new HostUnavailable()),
    };
    await expect(fundNow(contextOf({ coreBanking: away }))).rejects.toThrow(HostUnavailable);
    expect(await outcome()).toEqual([
      ...['waiting', 'HOST_UNAVAILABLE', LACKING.toString(), '0', 'release'],
    ]);
    await lookAgain();
    expect((await outcome())[0]).toBe('declined');
  });

  test('is reserved and released once, wherever the node dies', async () => {
    await chooseUnlinked();
    const lifeOf = async (life: Life): Promise<number> => {
      await fundNow(mortalContext(life)).catch(async (error: unknown) => {
        if (!(error instanceof Crash)) throw error;
        await lookAgain();
      });
      expect([life.endsAt, await money()]).toEqual([life.endsAt, UNTOUCHED]);
      return life.steps;
    };
    const steps = await lifeOf(new Life());
    for (let endsAt = 1; endsAt <= steps; endsAt += 1) {
      await openWorld();
      await chooseUnlinked();
      await lifeOf(new Life(endsAt));
    }
  });

  test('because no second person confirmed it in time is released when no clock can confirm it any more', async () => {
    const limits = { ...POLICY.currencies[CURRENCY], issue: OWN.toString() };
    await openWorld({ ...POLICY, currencies: { [CURRENCY]: limits } });
    const waits = { code: 'AWAITS_CONFIRMATION' };
    stopTime();
    try {
      await expect(fundNow(context())).rejects.toMatchObject(waits);
      passSeconds(POLICY.voteSeconds);
      await expect(lookAgain(context())).rejects.toMatchObject(waits);
      passSeconds(2 * CLOCK_TOLERANCE_SECONDS);
      await lookAgain(context());
    } finally {
      resumeTime();
    }
    expect(await money()).toEqual(UNTOUCHED);
    expect((await outcome()).slice(0, 2)).toEqual(['declined', 'ISSUE_EXPIRED']);
    expect(told).toEqual(['declined ISSUE_EXPIRED', 'givenBack ']);
  });
});

test('what the host was asked to keep, it keeps, though the account could give it back before the host answers', async () => {
  await run('express', await purchaseOf(null));
  await (await memory.world.bank('bank-node')).settlement.void(orderKey());
  const sum = { customerId: CUSTOMER, token, currency: CURRENCY, amount: TOTAL.toString() };
  await teller.settlement.withdraw({ withdrawId: 'W', ...sum });
  const book = embeddedCoreBanking({ db, clock: Date.now });
  const away: CoreBanking = {
    authorise: (request) => book.authorise(request),
    complete: () => Promise.reject(new HostUnavailable()),
    release: (request) => book.release(request),
    refund: (request) => book.refund(request),
    payOut: (request) => book.payOut(request),
    echo: () => book.echo(),
  };
  await expect(lookAgain(contextOf({ coreBanking: away }))).rejects.toThrow(HostUnavailable);
  await teller.settlement.issue({ issueId: 'back', ...sum });
  await lookAgain();
  expect(await money()).toEqual({ ...FUNDED, completed: LACKING, available: TOTAL });
});

describe('two runs of one customer', () => {
  /** The order is captured, and nothing is planned of it yet. */
  const buyAndMark = async (): Promise<void> => {
    await run('express', await purchaseOf());
    await db.updateTable('fundings').set({ wanted: 99 }).execute();
  };

  test('plan every step once, though all read the same before', async () => {
    await buyAndMark();
    const runs = Array.from({ length: 6 }, () => fundCustomer(contextOf(), CUSTOMER, GOES_ON));
    const failures = (await Promise.allSettled(runs)).filter(({ status }) => status === 'rejected');
    for (const failure of failures)
      expect(failure).toMatchObject({ reason: { code: expect.stringMatching(BESIDE) as string } });
    await lookAgain();
    expect(await money()).toEqual({ ...FUNDED, completed: LACKING });
    expect(await db.selectFrom('funding_moves').selectAll().execute()).toHaveLength(1);
  });

  test('deduct once, though all are short', async () => {
    const key = { merchantId: MERCHANT, orderNumber };
    const request = { ...key, customerId: CUSTOMER, currency: CURRENCY, total: TOTAL.toString() };
    await askFunding(db, request, Date.now());
    const runs = Array.from({ length: 6 }, () => fundCustomer(contextOf(), CUSTOMER, GOES_ON));
    for (const end of await Promise.allSettled(runs))
      if (end.status === 'rejected')
        expect(end.reason).toMatchObject({ code: expect.stringMatching(BESIDE) as string });
    await lookAgain();
    expect(await money()).toEqual({ ...FUNDED, available: TOTAL });
    expect(await findFunding(db, fundingKey())).toMatchObject({ state: 'ready', trouble: null });
  });

  /** A run hears that the account is short, and something happens before it can act on that. */
  async function lateRun(meanwhile: () => Promise<void>, signal = GOES_ON): Promise<unknown> {
    await run('express', await purchaseOf(null));
    await (await memory.world.bank('bank-node')).settlement.void(orderKey());
    const sum = { customerId: CUSTOMER, token, currency: CURRENCY, amount: TOTAL.toString() };
    await teller.settlement.withdraw({ withdrawId: 'W', ...sum });
    const ledger: FundingLedger = {
      ...fundingLedger(teller),
      withdraw: async (id, what) => {
        const isThere = await fundingLedger(teller).withdraw(id, what);
        await teller.settlement.issue({ issueId: 'back', ...sum });
        await meanwhile();
        return isThere;
      },
    };
    await db.updateTable('fundings').set({ wanted: 99 }).execute();
    const coreBanking = {
      ...embeddedCoreBanking({ db, clock: Date.now }),
      complete: () => Promise.reject(new Error('The host was asked.')),
    };
    const late = contextOf({ ledger, coreBanking });
    return fundCustomer(late, CUSTOMER, signal).catch((error: unknown) => error);
  }

  const GIVEN_BACK = { ...FUNDED, behind: BEHIND, released: LACKING, available: OWN };

  test('are one when the first was given up: it does nothing more after its signal', async () => {
    const stop = new AbortController();
    const reason = new Error('given up');
    const giveUp = (): Promise<void> => {
      stop.abort(reason);
      return Promise.resolve();
    };
    expect(await lateRun(giveUp, stop.signal)).toBe(reason);
    const moves = await db.selectFrom('funding_moves').select('state').execute();
    expect(moves).toEqual([{ state: 'planned' }]);
    await lookAgain();
    expect(await money()).toEqual(GIVEN_BACK);
  });

  test('move money once, though the first hears of no signal', async () => {
    expect(await lateRun(() => lookAgain())).toMatchObject({ code: 'OVERTAKEN' });
    expect(await money()).toEqual(GIVEN_BACK);
    expect(await findFunding(db, fundingKey())).toMatchObject({ trouble: null });
  });
});

describe('an order number that two customers ask for', () => {
  const OTHER = 'customer-2';
  const askAs = (customerId: string, total = TOTAL, currency: string = CURRENCY) =>
    askFunding(db, { ...orderKey(), customerId, currency, total: total.toString() }, Date.now());

  /** Another customer asks first, and its card is charged. @returns the card */
  async function otherFirst(): Promise<string> {
    const card = `${token}-other`;
    await memory.world.customer(OTHER, '0');
    await teller.settlement.linkInstrument({ customerId: OTHER, token: card, kind: 'card' });
    await db.insertInto('funding_choices').values({ customer_id: OTHER, token: card }).execute();
    await openAccount(db, { token: card, currency: CURRENCY, balance: BEHIND.toString() }, 1);
    await askAs(OTHER);
    await fundCustomer(contextOf(), OTHER, GOES_ON);
    return card;
  }

  const behind = async (card: string): Promise<number> => {
    const { balance } = await db
      .selectFrom('book_accounts')
      .select('balance')
      .where('owner', '=', card)
      .where('purpose', '=', 'account')
      .executeTakeFirstOrThrow();
    return Number(balance);
  };

  test('is funded for each, and pays with the money of who orders', async () => {
    const card = await otherFirst();
    expect(await behind(card)).toBe(BEHIND - TOTAL);
    await run('express', await purchaseOf());
    await lookAgain();
    expect(await money()).toEqual({ ...FUNDED, completed: LACKING });
    await fundCustomer(contextOf(), OTHER, GOES_ON);
    expect(await behind(card)).toBe(BEHIND - TOTAL);
    const later = contextOf({ clock: () => Date.now() + 2_000_000 });
    await db.updateTable('fundings').set({ wanted: 99 }).execute();
    await fundCustomer(later, OTHER, GOES_ON);
    expect(await behind(card)).toBe(BEHIND);
    const key = { ...orderKey(), customerId: OTHER };
    expect(await readFunding(db, key)).toMatchObject({ outcome: 'reversed', taken: '0' });
    expect(await readFunding(db, fundingKey())).toMatchObject({ outcome: 'taken' });
  });

  test('is listed page by page with both', async () => {
    await askAs(OTHER);
    await askAs(CUSTOMER);
    const page = (after?: FundingView) => listFundings(db, { after, limit: 1 });
    const [first] = await page();
    const [second] = await page(first);
    expect([first?.customerId, second?.customerId].sort()).toEqual([CUSTOMER, OTHER]);
    expect(await page(second)).toEqual([]);
  });

  test('is not funded in another currency while money is moved for it', async () => {
    await fundNow();
    await db.updateTable('fundings').set({ state: 'refused' }).execute();
    const before = await findFunding(db, fundingKey());
    expect(await askAs(CUSTOMER, TOTAL, 'CNY')).toBeUndefined();
    expect(await findFunding(db, fundingKey())).toEqual(before);
  });

  test('comes to what it comes to when it is asked for again', async () => {
    await askAs(CUSTOMER, 1000);
    await db.updateTable('fundings').set({ state: 'refused' }).execute();
    expect(await askAs(CUSTOMER)).toMatchObject({ state: 'asked', total: TOTAL.toString() });
    expect(await askAs(CUSTOMER, 1000)).toMatchObject({ total: TOTAL.toString() });
  });
});

/**
 * An order that is funded, captured in part, voided for the rest and refunded before the blocks are followed. Whoever died does the same again.
 * @returns the steps of the life, if it did not end
 */
async function wholeLife(first: Life): Promise<number> {
  let life = first;
  const persistently = async (work: (context: FundingContext) => Promise<void>): Promise<void> => {
    try {
      await work(mortalContext(life));
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      life = new Life();
      await persistently(work);
    }
  };
  const purchase = await purchaseOf((TOTAL - 450).toString());
  const fund = async (): Promise<void> => {
    const request = { ...fundingKey(), currency: CURRENCY, total: TOTAL.toString() };
    await askFunding(db, request, Date.now());
    queue.add(CUSTOMER);
    await persistently(workOff);
  };
  await run('express', { ...purchase, fund });
  await persistently(follow);
  const { settlement } = (await memory.world.parties()).cashier;
  await settlement.void(orderKey());
  await refund('1000');
  await persistently(follow);
  return first.steps;
}

const AFTER_LIFE: Money = {
  behind: BEHIND - LACKING + 450 + 1000,
  authorised: LACKING,
  completed: LACKING - 450,
  released: 450,
  refunded: 1000,
  available: 0,
};

test('it may die before and after every call to ledger and host: one deduction, one of each', async () => {
  const steps = await wholeLife(new Life());
  expect(await money()).toEqual(AFTER_LIFE);
  expect(steps).toBeGreaterThan(20);
  for (let endsAt = 1; endsAt <= steps; endsAt += 1) {
    await openWorld();
    await wholeLife(new Life(endsAt));
    expect([endsAt, await money()]).toEqual([endsAt, AFTER_LIFE]);
  }
});

test('the node does it by itself: the blocks say when', async () => {
  const failures: unknown[] = [];
  const work = new Work<BankTables>({
    db,
    url,
    blocks: new MemoryBlocks(memory.ledger),
    logger: pino({ level: 'silent' }),
    onEnd: (error) => failures.push(error),
  });
  await work.start(fundingWork(contextOf(), work, BANK));
  const state = (wanted: string) =>
    eventually(`the funding to be ${wanted}`, async () => {
      const found = await findFunding(db, fundingKey());
      return found?.state === wanted ? true : undefined;
    });
  const fund = async (): Promise<void> => {
    await state('ready');
  };
  await run('stepwise', { ...(await purchaseOf()), fund });
  await eventually('the completion', async () =>
    (await sumOf('complete')) === LACKING ? true : undefined,
  );
  await work.close();
  expect(failures).toEqual([]);
  expect(await money()).toEqual({ ...FUNDED, completed: LACKING });
});
