// SPDX-License-Identifier: Apache-2.0
// What the bank's node does by itself on the ledger: orders are settled with nobody typing, the clock ends what waits, and operators are
// alerted. Each thing once, wherever the node dies.
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { openBankDatabase } from '@fabric-offline-pay/bank-node';
import {
  Follower,
  Work,
  type JobKind,
  type Mail,
  type MailSender,
} from '@fabric-offline-pay/node-common/node';
import { RefusedError, type Parties } from '@fabric-offline-pay/sdk';
import { BANK, CURRENCY, MERCHANT, POLICY } from '@fabric-offline-pay/testing';
import { pino } from 'pino';
import type { AlertChannel } from '../../network/nodes/bank/src/alerts/channels/alert-channel.js';
import { mailChannel } from '../../network/nodes/bank/src/alerts/channels/mail-channel.js';
import { webhookChannel } from '../../network/nodes/bank/src/alerts/channels/webhook-channel.js';
import { watch, type WatchContext } from '../../network/nodes/bank/src/alerts/watch.js';
import { alertWork, type AlertContext } from '../../network/nodes/bank/src/alerts/alert-work.js';
import { Alerts } from '../../network/nodes/bank/src/alerts/alerts.js';
import { WORK_HANDLERS } from '../../network/nodes/bank/src/alerts/work-handlers.js';
import { alertEvents, listAlerts } from '../../network/nodes/bank/src/alerts/alert-feed.js';
import {
  clockLedger,
  type ClockLedger,
} from '../../network/nodes/bank/src/clock-work/clock-ledger.js';
import {
  clockWork,
  findDue,
  type ClockContext,
} from '../../network/nodes/bank/src/clock-work/clock-work.js';
import type { DueKind } from '../../network/nodes/bank/src/database/clock-tables.js';
import { askFunding, noteTrouble } from '../../network/nodes/bank/src/funding/store.js';
import type { BankDatabase, BankTables } from '../../network/nodes/bank/src/database/schema.js';
import {
  settlingLedger,
  type SettlingLedger,
} from '../../network/nodes/bank/src/settling/settling-ledger.js';
import { settlingWork } from '../../network/nodes/bank/src/settling/settling-work.js';
import { testPlace, urlOf } from '../../network/nodes/common/src/testing/test-place.js';
import type { Way } from '../support/both-ways.js';
import { Crash, Life, mortalPort } from '../support/crash-points.js';
import { itemAt, lastOf } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { missingMoney } from '../support/money.js';
import { nowSeconds, OfflineLedger } from '../support/offline-ledger.js';
import { GOODS_TOTAL, OneOrder } from '../support/one-order.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';
import { follow, WorkByHand } from '../support/work-by-hand.js';

let db: BankDatabase;
let url: string | undefined;
let order: OneOrder;
let work: WorkByHand;

beforeAll(async () => {
  stopTime();
  const place = await testPlace();
  url = urlOf(place);
  db = await openBankDatabase(place);
});
afterAll(async () => {
  resumeTime();
  await db.destroy();
});

const TABLES = [
  ...(['ledger_position', 'settling_orders', 'claim_agreements', 'alerts'] as const),
  ...(['due_things', 'own_payees', 'credit_counts', 'clock_policy'] as const),
];

async function open(): Promise<void> {
  for (const table of TABLES) await db.deleteFrom(table).execute();
  order = await OneOrder.open();
  work = new WorkByHand();
}

beforeEach(open);
afterEach(() => expect(missingMoney(order.memory.ledger.state())).toBe(0n));

interface Ports {
  readonly settling?: SettlingLedger;
  readonly clock?: ClockLedger;
}

/** What the bank's node works on, as the integrator puts it together. */
async function node({ settling, clock }: Ports = {}) {
  const bankNode = await order.world.bank('bank-node');
  const alerts = new Alerts(work, []);
  const base = { db, work, clock: Date.now, alerts };
  const clocked: ClockContext = { ...base, ledger: clock ?? clockLedger(bankNode), files: [] };
  const limits = { unusedCodes: 10, windowSeconds: 900 };
  return {
    base,
    clocked,
    settling: settlingWork({ db, ledger: settling ?? settlingLedger(bankNode) }, work, BANK),
    clock: clockWork(clocked, BANK),
    alert: alertWork({ ...base, channels: [], limits, escalateAfterSeconds: 900 }, BANK),
  };
}

type Node = Awaited<ReturnType<typeof node>>;

const partsOf = ({ settling, clock, alert }: Node) => ({
  projections: [settling, clock, alert].flatMap(({ projections }) => projections),
  jobs: [settling, clock, alert].flatMap(({ jobs }): readonly JobKind[] => jobs),
});

async function untilQuiet(look: () => Promise<void>, jobs: readonly JobKind[]): Promise<void> {
  await look();
  while (work.waiting.length > 0) {
    await work.run(jobs);
    await look();
  }
}

/** Reads the ledger and does what follows, until nothing more does. */
async function settle(ports?: Ports): Promise<void> {
  const { projections, jobs } = partsOf(await node(ports));
  const look = () => follow(db, order.memory.ledger, projections);
  await untilQuiet(look, jobs);
}

/** A minute passes for the node. */
async function tick(ports?: Ports): Promise<void> {
  const built = await node(ports);
  await follow(db, order.memory.ledger, partsOf(built).projections);
  await findDue(built.clocked);
  await settle(ports);
}

const dueKinds = async (): Promise<string[]> => {
  const rows = await db.selectFrom('due_things').select('kind').orderBy('kind').execute();
  return rows.map(({ kind }) => kind);
};

/** The parties, of which the bank's node does nothing. */
async function withoutBank(): Promise<Parties> {
  const { bankNode, ...others } = await order.world.parties();
  const nothing = () => Promise.reject(new Error('the node does it'));
  return {
    ...others,
    bankNode: { ...bankNode, orderNumber: { ...bankNode.orderNumber, compare: nothing } },
  };
}

/** Takes an order to where the bank's node comes. */
async function place(way: Way, options: Parameters<OneOrder['buy']>[1] = {}): Promise<void> {
  if (way === 'express') await order.buy('express', { ...options, claim: null });
  else await expect(order.buy('stepwise', options, await withoutBank())).rejects.toThrow();
}

/** Whoever died does the same again. */
async function persistently(life: Life, act: (life: Life) => Promise<void>): Promise<void> {
  try {
    await act(life);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    await persistently(new Life(), act);
  }
}

const DIFFERENT = { merchantStatement: { goodsTotal: '1' } };
const stored = async (): Promise<number> => {
  const { feedback } = await order.world.bank('auditor');
  return (await feedback.listPurchases({ customerId: 'customer-1' })).purchases.length;
};
const decide = async (decision: 'resolve' | 'uphold') =>
  (await order.world.bank('operator')).alarm[decision]({ ...order.key, reason: 'looked at it' });

describe.each(['express', 'stepwise'] as const)('settling an order placed %s', (way) => {
  test('what matched is captured and stored, with nobody typing', async () => {
    await place(way);
    await settle();
    expect(await order.books()).toMatchObject({ state: 'released', merchant: GOODS_TOTAL });
    expect(await stored()).toBe(1);
    expect(await db.selectFrom('settling_orders').selectAll().execute()).toMatchObject([
      { is_open: false },
    ]);
  });

  test('an alarm holds the money until an operator resolves it', async () => {
    await place(way, DIFFERENT);
    await settle();
    expect(await order.books()).toMatchObject({ state: 'blocked', merchant: 0 });
    expect(await listAlerts(db, { open: true })).toMatchObject([
      { kind: 'alarm', subject: `${MERCHANT}/ORD-1` },
    ]);
    await decide('resolve');
    await settle();
    expect(await order.books()).toMatchObject({ state: 'released', merchant: GOODS_TOTAL });
    expect(await listAlerts(db, { open: true })).toEqual([]);
  });

  test('an alarm that is upheld returns the money', async () => {
    await place(way, DIFFERENT);
    await settle();
    await decide('uphold');
    await settle();
    expect(await order.books()).toMatchObject({ state: 'voided', spent: 0, merchant: 0 });
    expect(await listAlerts(db, { open: true })).toEqual([]);
  });

  test('a merchant that claims by itself is left alone, until it agrees otherwise', async () => {
    const { base } = await node();
    const agree = (automatic: boolean) =>
      WORK_HANDLERS.setClaimAgreement(callOf(base), { merchantId: MERCHANT, automatic });
    await agree(false);
    await place(way);
    await settle();
    expect(await order.books()).toMatchObject({ state: 'categoryChecked' });
    await agree(true);
    await settle();
    expect(await order.books()).toMatchObject({ state: 'released' });
  });

  test('it may die before and after every call to the ledger', async () => {
    const isClean = way === 'express';
    const life = async (first: Life): Promise<number> => {
      await place(way, isClean ? {} : DIFFERENT);
      const settling = settlingLedger(await order.world.bank('bank-node'));
      const act = () =>
        persistently(first, (now) => settle({ settling: mortalPort(settling, now) }));
      await act();
      if (!isClean) {
        await decide('resolve');
        await act();
      }
      return first.steps;
    };
    const steps = await life(new Life());
    const after = await order.books();
    expect(steps).toBeGreaterThan(5);
    expect(after).toMatchObject({ state: 'released', merchant: GOODS_TOTAL });
    for (let endsAt = 1; endsAt <= steps; endsAt += 1) {
      await open();
      await life(new Life(endsAt));
      expect([endsAt, await order.books(), await stored()]).toEqual([endsAt, after, 1]);
    }
  });
});

const callOf = (base: Node['base']) => ({
  ...base,
  work: {
    ask: base.work.ask.bind(base.work),
    wake: () => undefined,
    jobStates: () => Promise.resolve([]),
  },
  caller: { name: 'operator-1' },
});

test('a statement that comes later is what an order waited for', async () => {
  const parties = await withoutBank();
  const { cashier } = parties;
  let state = (): Promise<unknown> => Promise.reject(new Error('nothing was stated'));
  const orderNumber = {
    ...cashier.orderNumber,
    stateMerchant: (input: Parameters<typeof cashier.orderNumber.stateMerchant>[0]) => {
      state = () => cashier.orderNumber.stateMerchant(input);
      return Promise.reject(new Error('later'));
    },
  };
  await expect(
    order.buy('stepwise', {}, { ...parties, cashier: { ...cashier, orderNumber } }),
  ).rejects.toThrow('later');
  await cashier.goods.verifyMerchant(order.key);
  await cashier.goods.checkCategories(order.key);
  await settle();
  expect(await order.books()).toMatchObject({ state: 'categoryChecked' });
  await state();
  await settle();
  expect(await order.books()).toMatchObject({ state: 'released' });
  expect(await stored()).toBe(1);
});

/** What the clock makes due: how it comes about, after how long, and what stands then. */
interface Due {
  readonly kind: string;
  readonly prepare: () => Promise<unknown>;
  readonly after: () => number | Promise<number>;
  readonly then: () => Promise<unknown>;
  readonly stands: unknown;
}

const payee = async (payeeId = MERCHANT) =>
  (await order.world.bank('bank-node')).settlement.readPayee({ payeeId, currency: CURRENCY });

let offline: OfflineLedger;

const DUE: readonly Due[] = [
  {
    kind: 'expire',
    prepare: () => order.buy('express', { claim: null }),
    after: () => 3600,
    then: () => order.books(),
    stands: { state: 'expired', spent: 0 },
  },
  {
    kind: 'expire',
    prepare: () => order.buy('express', { claim: '1000' }),
    after: () => 3600,
    then: () => order.books(),
    stands: { state: 'released', spent: 1000 },
  },
  {
    kind: 'release',
    prepare: async () => {
      await order.waits();
      await order.buy('express');
      await order.pickUp();
      await order.deliver();
    },
    after: () => POLICY.unprovenSeconds,
    then: () => order.books(),
    stands: { state: 'released', standing: 0, merchant: GOODS_TOTAL },
  },
  {
    kind: 'returnUndelivered',
    prepare: async () => {
      await order.waits();
      await order.buy('express');
    },
    after: () => POLICY.deliverySeconds,
    then: () => order.books(),
    stands: { state: 'refunded', spent: 0 },
  },
  {
    kind: 'lapseDispute',
    prepare: async () => {
      await order.buy('express');
      await order.rollUp();
      await order.world.dispute(order.device, 'ORD-1');
    },
    after: () => POLICY.decisionSeconds,
    then: () => order.books(),
    stands: { state: 'refunded', spent: 0, merchant: 0 },
  },
  {
    kind: 'bearDebt',
    prepare: async () => {
      await order.buy('express');
      await order.emptyMerchant();
      await order.world.dispute(order.device, 'ORD-1');
      await order.world.decide('ORD-1', 'uphold');
    },
    after: () => POLICY.debtSeconds,
    then: () => payee(),
    stands: { owed: '0' },
  },
  {
    kind: 'rollUp',
    prepare: () => order.buy('express'),
    after: () => 3600,
    then: () => payee(),
    stands: { open: '0', balance: GOODS_TOTAL.toString() },
  },
  {
    kind: 'closeReserve',
    prepare: async () => {
      offline = await OfflineLedger.open(order.memory);
      await offline.device('customer-2');
    },
    after: async () => {
      const { reserves } = await offline.node.offline.listReserves({ customerId: 'customer-2' });
      return Math.max(...reserves.map(({ claimUntil }) => claimUntil)) + 61 - nowSeconds();
    },
    then: () => offline.node.offline.listReserves({ customerId: 'customer-2' }),
    stands: { reserves: [{ status: 'closed' }] },
  },
];

/** These merchants' money is claimed by nobody but the test. */
const claimNothing = () =>
  db.insertInto('claim_agreements').values({ merchant_id: MERCHANT, automatic: false }).execute();

describe.each(DUE)(
  'the clock makes due: $kind to $stands',
  ({ kind, prepare, after, then, stands }) => {
    beforeEach(claimNothing);

    test('when its time has come, and not before', async () => {
      await prepare();
      passSeconds((await after()) - 1);
      await tick();
      expect(await dueKinds()).toContain(kind);
      expect(await then()).not.toMatchObject(stands as object);
      passSeconds(1);
      await tick();
      expect(await then()).toMatchObject(stands as object);
      expect(await dueKinds()).not.toContain(kind);
    });

    test('wherever the node dies', async () => {
      const life = async (first: Life): Promise<number> => {
        await prepare();
        passSeconds(await after());
        const clock = clockLedger(await order.world.bank('bank-node'));
        await persistently(first, (now) => tick({ clock: mortalPort(clock, now) }));
        return first.steps;
      };
      const steps = await life(new Life());
      expect(steps).toBeGreaterThan(1);
      for (let endsAt = 1; endsAt <= steps; endsAt += 1) {
        await open();
        await claimNothing();
        await life(new Life(endsAt));
        expect(await then()).toMatchObject(stands as object);
      }
    });
  },
);

describe('what is due', () => {
  beforeEach(claimNothing);

  const reported = async (): Promise<void> => {
    await order.waits();
    await order.buy('express');
    await order.pickUp();
    await order.deliver();
  };
  const dueOf = (kind: DueKind) =>
    db.selectFrom('due_things').selectAll().where('kind', '=', kind).executeTakeFirstOrThrow();

  test('moves with the policy', async () => {
    await reported();
    await settle();
    const before = await dueOf('release');
    const unprovenSeconds = POLICY.unprovenSeconds - 1000;
    const policy = { ...POLICY, unprovenSeconds };
    for (const role of ['bank', 'merchant'] as const)
      await order.memory
        .clientFor(role, 'operator', 'whoever')
        .identity.vote({ proposal: { kind: 'policy', policy } });
    await settle();
    expect((await dueOf('release')).due_at).toBe(before.due_at - 1_000_000);
  });

  test('is done at its own second, not only when a minute is over', async () => {
    await order.buy('express', { claim: null });
    passSeconds(3600 - 30);
    await tick();
    const { due_at } = await dueOf('expire');
    const [begins = 0, ...others] = work.later.values();
    expect(others).toEqual([]);
    expect(begins - due_at).toBeGreaterThanOrEqual(0);
    expect(begins - due_at).toBeLessThan(1000);
    passSeconds(29);
    await settle();
    expect(await order.books()).toMatchObject({ state: 'categoryChecked' });
    passSeconds(1);
    await settle();
    expect(await order.books()).toMatchObject({ state: 'expired' });
  });

  test('is looked for one after the other, since each look asks for the next', async () => {
    await order.buy('express', { claim: null });
    passSeconds(2);
    await order.buy('express', { orderNumber: 'ORD-2', claim: null });
    passSeconds(3600 - 12);
    await tick();
    for (const seconds of [10, 2]) {
      expect(work.later.size).toBe(1);
      passSeconds(seconds);
      await settle();
    }
    expect(await dueKinds()).not.toContain('expire');
  });

  test('by the clock of a database ahead of the node is not looked for without a pause', async () => {
    await order.buy('express', { claim: null });
    passSeconds(3600 - 1);
    const machine = new Work<BankTables>({
      ...{ db, url, blocks: new MemoryBlocks(order.memory.ledger) },
      logger: pino({ level: 'silent' }),
    });
    const looks: number[] = [];
    const { projections, jobs } = clockWork({ ...(await node()).clocked, work: machine }, BANK);
    const counted = jobs.map((job) => ({
      ...job,
      async run(...run: Parameters<JobKind['run']>) {
        if (job.name === 'find-what-is-due') looks.push(performance.now());
        await job.run(...run);
      },
    }));
    await machine.start({ projections, jobs: counted });
    await eventually('three looks', () => Promise.resolve(looks.length >= 3 || undefined));
    await machine.close();
    const [first = 0, , third = 0] = looks;
    expect(third - first).toBeGreaterThan(1_500);
  });

  test('and comes with a block within a minute of its time, is looked for without a tick', async () => {
    await reported();
    passSeconds(POLICY.unprovenSeconds - 30);
    await settle();
    passSeconds(30);
    await settle();
    expect(await order.books()).toMatchObject({ state: 'released' });
  });

  test('and refused is looked at again later, and later each time', async () => {
    await order.buy('express', { claim: null });
    passSeconds(3600);
    const refusal = { code: 'HOLD_NOT_EXPIRED', message: '', details: {} } as const;
    const clock = {
      ...clockLedger(await order.world.bank('bank-node')),
      end: () => Promise.reject(new RefusedError(refusal)),
    };
    await tick({ clock });
    for (const [before, wait] of [600, 1200, 2400].entries()) {
      passSeconds(wait - 1);
      await tick({ clock });
      expect((await dueOf('expire')).tries).toBe(before + 1);
      passSeconds(1);
      await tick({ clock });
      expect((await dueOf('expire')).tries).toBe(before + 2);
    }
    passSeconds(4800);
    await tick();
    expect(await order.books()).toMatchObject({ state: 'expired' });
  });

  test('of payees of other banks is theirs', async () => {
    await order.buy('express');
    await settle();
    await db.deleteFrom('own_payees').execute();
    passSeconds(3600);
    await tick();
    expect(await payee()).toMatchObject({ open: GOODS_TOTAL.toString() });
    expect(await dueKinds()).toContain('rollUp');
  });

  test('is the same after the ledger was read again, and nobody is alerted again', async () => {
    await db.deleteFrom('claim_agreements').execute();
    await place('express', DIFFERENT);
    await settle();
    passSeconds(1);
    await decide('uphold');
    await settle();
    await claimNothing();
    await order.buy('express', { orderNumber: 'ORD-2', claim: null });
    await settle();
    const tables = async () => [
      await db.selectFrom('due_things').selectAll().orderBy('kind').orderBy('key').execute(),
      await db.selectFrom('credit_counts').selectAll().execute(),
      await db.selectFrom('settling_orders').selectAll().orderBy('order_number').execute(),
      await db.selectFrom('alerts').selectAll().execute(),
    ];
    const before = await tables();
    const { projections } = partsOf(await node());
    const source = new MemoryBlocks(order.memory.ledger);
    await new Follower({ db, source, projections }).rebuild();
    expect(await dueKinds()).toEqual([]);
    await settle();
    expect(await tables()).toEqual(before);
  });
});

test('two machines on one database do each thing once', async () => {
  await claimNothing();
  for (const orderNumber of ['ORD-1', 'ORD-2', 'ORD-3'])
    await order.buy('express', { orderNumber, claim: null });
  // So long ago that the blocks which say so ask for no look.
  passSeconds(3600 + 120);
  const failures: unknown[] = [];
  const machines = [1, 2].map(
    () =>
      new Work<BankTables>({
        db,
        url,
        blocks: new MemoryBlocks(order.memory.ledger),
        logger: pino({ level: 'silent' }),
        onEnd: (error) => failures.push(error),
      }),
  );
  const started: ClockContext[] = [];
  for (const machine of machines) {
    const { clocked } = await node();
    const context = { ...clocked, work: machine };
    const { projections, jobs } = clockWork(context, BANK);
    await machine.start({ projections, jobs });
    started.push(context);
  }
  // Their own look, each full minute, may come first: what is due may be done before anybody sees it in the tables.
  const head = BigInt(lastOf(order.memory.ledger.blocks()).number);
  const late = AbortSignal.timeout(30_000);
  for (const machine of machines) await machine.reached(head, late);
  await Promise.all(started.map((context) => findDue(context)));
  await eventually('all holds to end', async () =>
    (await dueKinds()).includes('expire') ? undefined : true,
  );
  for (const machine of machines) await machine.close();
  expect(failures).toEqual([]);
  const ended = order.memory.ledger
    .blocks()
    .flatMap(({ transactions }) => transactions)
    .filter((each) => each.function === 'settlement:expire' && each.validationCode === 'VALID')
    .map(({ args }) => args.join());
  expect(ended).toHaveLength(3);
  expect(new Set(ended).size).toBe(3);
});

/** A receiver of webhooks, and what it got. */
class Receiver {
  readonly got: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  status = 204;
  readonly #server = createServer((request, response) => {
    void text(request).then((body) => {
      this.got.push({ headers: request.headers, body });
      response.writeHead(this.status).end();
    });
  });

  async listen(): Promise<string> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/alerts`;
  }

  get types(): unknown[] {
    return this.got.map(({ body }) => (JSON.parse(body) as { readonly type: string }).type);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

const PERSON = {
  ...{ customer_id: 'customer-1', password_hash: 'x', password_changed: false },
  ...{ enrolment_mac: 'x', enrolled_at: 1 },
};
const LOGIN = {
  ...{ login_id: 'login-1', customer_id: 'customer-1', device_id: 'phone' },
  ...{ state: 'opened' as const, filled: '', opened_at: 1 },
};

describe('operators', () => {
  const KEY = Buffer.alloc(32, 7);
  const SUBJECT = `${MERCHANT}/ORD-1`;
  let receiver: Receiver;
  let channels: AlertChannel[];
  let mails: Mail[];

  beforeEach(async () => {
    receiver = new Receiver();
    mails = [];
    const sender: MailSender = {
      send: (mail) => {
        mails.push(mail);
        return Promise.resolve();
      },
    };
    channels = [
      mailChannel(sender, { to: 'desk@bank.example', escalateTo: 'duty@bank.example' }),
      webhookChannel({
        url: await receiver.listen(),
        secret: `whsec_${KEY.toString('base64')}`,
        clock: Date.now,
      }),
    ];
  });
  afterEach(() => receiver.close());

  async function alerting(jobs: Pick<WatchContext['work'], 'failingJobs'> = work) {
    const { base, settling } = await node();
    const alerts = new Alerts(work, channels);
    const limits = { unusedCodes: 2, windowSeconds: 900 };
    const context: AlertContext = {
      ...base,
      ...{ alerts, channels, limits, escalateAfterSeconds: 900 },
      work: { wake: () => undefined, failingJobs: jobs.failingJobs.bind(jobs) },
    };
    return { base: { ...base, alerts }, context, alert: alertWork(context, BANK), settling };
  }

  type Alerting = Awaited<ReturnType<typeof alerting>>;

  async function act({ alert, settling }: Alerting): Promise<void> {
    const projections = [...settling.projections, ...alert.projections];
    const look = () => follow(db, order.memory.ledger, projections);
    const jobs = [...settling.jobs, ...alert.jobs];
    await untilQuiet(look, jobs);
  }

  async function minute(built: Alerting): Promise<void> {
    await watch(built.context, built.context.alerts);
    await act(built);
  }

  test('are told of an alarm by mail and by a signed request, which names no person and no sum', async () => {
    await place('express', DIFFERENT);
    await act(await alerting());
    expect(mails).toMatchObject([{ to: 'desk@bank.example', subject: `Alert: alarm ${SUBJECT}` }]);
    const { headers, body } = itemAt(receiver.got, 0);
    const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']];
    const signed = createHmac('sha256', KEY).update(`${String(id)}.${String(timestamp)}.${body}`);
    expect(headers['webhook-signature']).toBe(`v1,${signed.digest('base64')}`);
    expect(JSON.parse(body)).toMatchObject({
      type: 'alert.opened',
      data: { kind: 'alarm', subject: SUBJECT, closedAt: null },
    });
    const said = JSON.stringify([mails, body]);
    for (const secret of ['customer-1', '5450', '4980']) expect(said).not.toContain(secret);
  });

  test('who do not acknowledge it have it escalated, once; its decision closes it', async () => {
    await place('express', DIFFERENT);
    const built = await alerting();
    await act(built);
    passSeconds(899);
    await minute(built);
    expect(mails).toHaveLength(1);
    passSeconds(1);
    await minute(built);
    await minute(built);
    expect(mails.map(({ to }) => to)).toEqual(['desk@bank.example', 'duty@bank.example']);
    await decide('resolve');
    await act(built);
    expect(receiver.types).toEqual(['alert.opened', 'alert.escalated', 'alert.closed']);
    expect(await listAlerts(db, { open: true })).toEqual([]);
    expect(await listAlerts(db, { open: false })).toMatchObject([{ subject: SUBJECT }]);
  });

  test('who acknowledge it are named, the first one, and nobody else is asked', async () => {
    await place('express', DIFFERENT);
    const built = await alerting();
    await act(built);
    const { alertId } = itemAt(await listAlerts(db, { open: true }), 0);
    const by = (name: string) =>
      WORK_HANDLERS.acknowledgeAlert({ ...callOf(built.base), caller: { name } }, { alertId });
    expect(await by('anna')).toMatchObject({ acknowledgedBy: 'anna' });
    expect(await by('otto')).toMatchObject({ acknowledgedBy: 'anna' });
    passSeconds(900);
    await minute(built);
    expect(mails).toHaveLength(1);
    expect(await listAlerts(db, { open: true })).toMatchObject([{ escalatedAt: null }]);
    expect(receiver.types).toEqual(['alert.opened', 'alert.acknowledged']);
    expect(receiver.got.map(({ body }) => body).join()).not.toContain('anna');
    for (const unknown of ['alarm/x/1', 'alarm/x/99999999999', 'alarm/x/1e300', 'alarm/x'])
      await expect(
        WORK_HANDLERS.acknowledgeAlert(callOf(built.base), { alertId: unknown }),
      ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('are told again, under the same id, when the receiver may not have it', async () => {
    await place('express', DIFFERENT);
    const built = await alerting();
    receiver.status = 500;
    await expect(act(built)).rejects.toThrow('500');
    receiver.status = 204;
    await act(built);
    const ids = receiver.got.map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(mails).toHaveLength(1);
  });

  test('are told when a customer gets no more codes, until that has passed', async () => {
    const built = await alerting();
    const code = { customer_id: 'customer-1', login_id: 'login-1', bound_to: 'login', mac: 'x' };
    const times = { created_at: Date.now(), expires_at: Date.now(), tries: 0, sent: true };
    await db.insertInto('customers').values(PERSON).execute();
    await db.insertInto('logins').values(LOGIN).execute();
    for (const code_id of ['one', 'two'])
      await db
        .insertInto('codes')
        .values({ code_id, ...code, ...times })
        .execute();
    await minute(built);
    expect(await listAlerts(db, { open: true })).toMatchObject([
      { kind: 'cappedCodes', subject: 'customer-1' },
    ]);
    passSeconds(900);
    await minute(built);
    expect(await listAlerts(db, { open: true })).toEqual([]);
    for (const table of ['codes', 'logins', 'customers'] as const)
      await db.deleteFrom(table).execute();
  });

  test('are told when a host contradicts itself, until it does not', async () => {
    const built = await alerting();
    const key = { merchantId: MERCHANT, orderNumber: 'F-1', customerId: 'customer-1' };
    await askFunding(db, { ...key, currency: CURRENCY, total: '100' }, Date.now());
    await noteTrouble(db, key, 'HOST_CONTRADICTS', Date.now());
    await minute(built);
    expect(await listAlerts(db, { open: true })).toMatchObject([
      { kind: 'hostContradicts', subject: 'fund-customer/customer-1' },
    ]);
    await db.deleteFrom('fundings').execute();
    await minute(built);
    expect(receiver.types).toEqual(['alert.opened', 'alert.closed']);
  });

  test('are told of work that fails again and again, and see it in the list of jobs', async () => {
    const real = new Work<BankTables>({ db, url, logger: pino({ level: 'silent' }) });
    let isWrong = true;
    const job: JobKind = {
      name: 'often-fails',
      run: () => (isWrong ? Promise.reject(new Error('again')) : Promise.resolve()),
    };
    await real.start({ projections: [], jobs: [job] });
    const built = await alerting(real);
    const context = { ...built.context, failedAttempts: 1 };
    const look = (isOpen: boolean) =>
      eventually(`the alert to be ${isOpen ? 'open' : 'closed'}`, async () => {
        await watch(context, context.alerts);
        const alerts = await listAlerts(db, { open: true });
        return alerts.length > 0 === isOpen ? alerts : undefined;
      });
    await db.transaction().execute((transaction) => real.ask(transaction, job, 'key', {}));
    real.wake();
    expect(await look(true)).toMatchObject([{ kind: 'failingJob', subject: 'often-fails' }]);
    const jobs = await WORK_HANDLERS.listJobs({ ...callOf(built.base), work: real }, {});
    expect(jobs).toMatchObject([{ name: 'often-fails', failed: 0 }]);
    isWrong = false;
    await look(false);
    await real.close();
  });

  test('are not told of what ended long ago, as when an old ledger is read', async () => {
    await place('express', DIFFERENT);
    await settle();
    await decide('uphold');
    await db.deleteFrom('alerts').execute();
    await db.deleteFrom('ledger_position').execute();
    passSeconds(90_000);
    await act(await alerting());
    expect(await listAlerts(db, { open: false })).toMatchObject([{ subject: SUBJECT }]);
    expect([mails, receiver.types]).toEqual([[], []]);
  });

  test('see on a page what changes', async () => {
    const built = await alerting();
    const stop = new AbortController();
    const from = { lastEventId: undefined, signal: stop.signal };
    const events = alertEvents(db, from, 20);
    expect((await events.next()).value).toEqual({ id: '0' });
    await place('express', DIFFERENT);
    await act(built);
    expect((await events.next()).value).toMatchObject({
      event: 'alert',
      data: { subject: SUBJECT, closedAt: null },
    });
    stop.abort();
    expect((await events.next()).done).toBe(true);
  });
});
