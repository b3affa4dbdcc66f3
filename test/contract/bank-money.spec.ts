// SPDX-License-Identifier: Apache-2.0
// Money from the ledger to payees, and the daily comparison of ledger, book and host: whoever dies, nothing is paid twice; whatever is
// corrupted, exactly that is named.
import { openBankDatabase } from '@fabric-offline-pay/bank-node';
import { NodeMetrics, openApi, Work } from '@fabric-offline-pay/node-common/node';
import type { Client, CommittedBlock } from '@fabric-offline-pay/sdk';
import { BANK, CURRENCY, MERCHANT, type CustomerDevice } from '@fabric-offline-pay/testing';
import { pino } from 'pino';
import type { BackingStatement } from '@fabric-offline-pay/domain';
import { BackingPockets } from '../../network/nodes/bank/src/backing/follow-pockets.js';
import {
  publishBacking,
  type BackingContext,
} from '../../network/nodes/bank/src/backing/publish-backing.js';
import { PublishedBacking } from '../../network/nodes/bank/src/backing/read-backing.js';
import { bookLines } from '../../network/nodes/bank/src/core-banking/book/totals.js';
import { openAccount } from '../../network/nodes/bank/src/core-banking/book/open-account.js';
import {
  HostUncertain,
  HostUnavailable,
  refused,
  type HostStatements,
  type HostEntry,
  type PayOutRequest,
  type StatingBank,
} from '../../network/nodes/bank/src/core-banking/core-banking.js';
import { embeddedCoreBanking } from '../../network/nodes/bank/src/core-banking/embedded/embedded-core-banking.js';
import type { BankDatabase, BankTables } from '../../network/nodes/bank/src/database/schema.js';
import type { FundingContext } from '../../network/nodes/bank/src/funding/funding-context.js';
import { fundCustomer } from '../../network/nodes/bank/src/funding/funding-work.js';
import { fundingLedger } from '../../network/nodes/bank/src/funding/funding-ledger.js';
import { issueIdOf } from '../../network/nodes/bank/src/funding/keys.js';
import { askFunding } from '../../network/nodes/bank/src/funding/store.js';
import { payOutLedger } from '../../network/nodes/bank/src/pay-outs/pay-out-ledger.js';
import { payOutWork, type PayOutWork } from '../../network/nodes/bank/src/pay-outs/pay-out-work.js';
import { payPayee, type PayOutContext } from '../../network/nodes/bank/src/pay-outs/pay-out.js';
import { dayFrom } from '../../network/nodes/bank/src/reconciliation/days.js';
import { reconcileDay } from '../../network/nodes/bank/src/reconciliation/reconcile-day.js';
import { MONEY_OPERATIONS } from '../../network/nodes/bank/src/money-operations.js';
import {
  reconciliationWork,
  type ReconciliationParts,
} from '../../network/nodes/bank/src/reconciliation/reconciliation-work.js';
import type { Report } from '../../network/nodes/bank/src/reconciliation/report.js';
import { emptyTables } from '../../network/nodes/bank/src/testing/hosts/banking-database.js';
import { testPlace, urlOf } from '../../network/nodes/common/src/testing/test-place.js';
import { RUN } from '../support/both-ways.js';
import { Crash, Life, mortalPort } from '../support/crash-points.js';
import { defined } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';

const CUSTOMER = 'customer-1';
/** Two chargers and their delivery. */
const TOTAL = 5450;
const GOODS = 4980;

/** When the spec began; the ledger holds proposals against the machine's clock. */
const NOW = Date.now();
const DAY = new Date(NOW).toISOString().slice(0, 10);
const clock = (): number => NOW;

const PAYEE = { payeeId: MERCHANT, currency: CURRENCY };

let db: BankDatabase;
let url: string | undefined;
let memory: MemoryWorld;
let device: CustomerDevice;
let teller: Client;
let cashier: Client;

beforeAll(async () => {
  const place = await testPlace();
  url = urlOf(place);
  db = await openBankDatabase(place);
});
afterAll(async () => {
  await db.destroy();
});

const FILLED = [
  ...(['ledger_position', 'instruments', 'funding_choices', 'fundings', 'funding_legs'] as const),
  ...(['funding_moves', 'funding_ids', 'placed_orders', 'supplies', 'reconciliations'] as const),
  ...(['backing_statements', 'backing_pockets'] as const),
  ...(['payees', 'payee_accounts', 'pay_outs', 'payee_balances', 'open_credits'] as const),
  ...(['payee_entries', 'payee_redemptions'] as const),
];

async function openWorld(money = '1000000'): Promise<void> {
  for (const table of FILLED) await db.deleteFrom(table).execute();
  await emptyTables(db);
  memory = await memoryWorld();
  device = await memory.world.customer(CUSTOMER, money);
  teller = await memory.world.bank('teller');
  cashier = await memory.world.merchant();
  await openAccount(db, { token: 'shop', currency: CURRENCY, balance: '0' }, NOW);
}

const host = (): StatingBank => embeddedCoreBanking({ db, clock });

async function payOutContext(life?: Life): Promise<PayOutContext> {
  const ledger = payOutLedger({ bankNode: await memory.world.bank('bank-node'), teller });
  return {
    db,
    ledger: life === undefined ? ledger : mortalPort(ledger, life),
    coreBanking: life === undefined ? host() : mortalPort(host(), life),
    clock,
  };
}

/** Work that notes what is asked, and does not do it. */
const asked: string[] = [];
const noWork = {
  ask: (_: unknown, { name }: { readonly name: string }, key: string): Promise<void> => {
    asked.push(`${name} ${key}`);
    return Promise.resolve();
  },
  wake: () => undefined,
};

const signal = new AbortController().signal;

/** The only host, with this statement. */
const saying = (statement: HostStatements['statement']) => ({
  hosts: new Map([['embedded', { statement }]]),
});

function reconciliationParts(more: Partial<ReconciliationParts> = {}): ReconciliationParts {
  return {
    ...{ db, clock, bankId: BANK },
    ...saying((day) => host().statement(day)),
    caughtUp: async () => {
      await follow();
    },
    ...more,
  };
}

const nextBlock = async (): Promise<number> =>
  (await db.selectFrom('ledger_position').select('next_block').executeTakeFirst())?.next_block ?? 0;

/** Blocks of the ledger from this one; block 0 has no transactions. */
async function newBlocks(from: number): Promise<CommittedBlock[]> {
  const missing = memory.ledger.blocks().length + 1 - from;
  const blocks: CommittedBlock[] = [];
  if (missing === 0) return blocks;
  for await (const block of new MemoryBlocks(memory.ledger).committedBlocks(BigInt(from), signal)) {
    blocks.push(block);
    if (blocks.length === missing) break;
  }
  return blocks;
}

/** The tables have all of the ledger; jobs are asked for and not done. */
async function follow(): Promise<PayOutWork> {
  const payOuts = payOutWork(await payOutContext(), noWork, BANK);
  const reconciling = reconciliationWork(reconciliationParts(), noWork).projections;
  const projections = [...payOuts.projections, ...reconciling, new BackingPockets(BANK)];
  const blocks = await newBlocks(await nextBlock());
  await db.transaction().execute(async (transaction) => {
    for (const block of blocks) {
      for (const projection of projections) await projection.apply(transaction, block);
      const moved = { next_block: Number(block.number) + 1, last_hash: block.hash };
      await transaction
        .insertInto('ledger_position')
        .values({ id: 1, ...moved, first_hash: 'block-0' })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(moved))
        .execute();
    }
  });
  return payOuts;
}

async function buy(orderNumber: string): Promise<void> {
  const loginId = await memory.world.login(device);
  await RUN.express(
    await memory.world.parties(),
    memory.world.purchase(device, loginId, { orderNumber }),
  );
}

const request = (redeemId: string, amount: number) =>
  cashier.settlement.requestPayout({ ...PAYEE, redeemId, amount: amount.toString() });

const linkAccount = async (token = 'shop') =>
  (await follow()).handlers.linkPayeeAccount(undefined, { ...PAYEE, token });

const payOuts = async () =>
  (await (await follow()).handlers.listPayOuts(undefined, { after: 0 })).payOuts;

const entriesOf = async (redeemId: string, after = 0) =>
  (await follow()).handlers.payOutTransactions(undefined, { ...PAYEE, redeemId, after });

async function paidTo(token: string): Promise<number> {
  const row = await db
    .selectFrom('book_accounts')
    .select('balance')
    .where('purpose', '=', 'account')
    .where('owner', '=', token)
    .executeTakeFirstOrThrow();
  return Number(row.balance);
}

const balance = async (): Promise<number> =>
  Number((await cashier.settlement.readPayee(PAYEE)).balance);

/** What the node does when it looks at the payee. */
async function look(context?: PayOutContext): Promise<void> {
  await follow();
  await payPayee(context ?? (await payOutContext()), PAYEE, signal);
}

describe('a pay-out', () => {
  beforeEach(() => openWorld());

  test('waits for an account while the currency stays, then is redeemed and paid, and lists its orders', async () => {
    await buy('A-1');
    await buy('A-2');
    await request('R-1', 9000);
    await look();
    expect(await payOuts()).toMatchObject([
      { state: 'requested', reason: 'NO_ACCOUNT', amount: '9000' },
    ]);
    await linkAccount();
    await look();
    expect(await payOuts()).toMatchObject([
      { redeemId: 'R-1', state: 'paid', reason: null, reference: `payout/${MERCHANT}/EUR/R-1` },
    ]);
    expect([await paidTo('shop'), await balance()]).toEqual([9000, 2 * GOODS - 9000]);
    expect(await entriesOf('R-1')).toMatchObject({
      opening: '0',
      entries: [
        { number: 1, kind: 'credit', about: `order/${MERCHANT}/A-1`, amount: '4980' },
        { number: 2, kind: 'credit', about: `order/${MERCHANT}/A-2`, amount: '4980' },
      ],
      amount: '9000',
      closing: '960',
      next: null,
    });
    expect((await entriesOf('R-1', 1)).entries).toMatchObject([{ number: 2 }]);
    expect((await entriesOf('R-1', Number.MAX_SAFE_INTEGER)).entries).toEqual([]);
  });

  test('may die before and after every call to ledger and host: it is redeemed once and paid once', async () => {
    await buy('A-1');
    await linkAccount();
    const lifeOf = async (redeemId: string, first: Life): Promise<number> => {
      await request(redeemId, 100);
      let life = first;
      for (let isOver = false; !isOver;) {
        isOver = await look(await payOutContext(life)).then(
          () => true,
          (error: unknown) => {
            if (!(error instanceof Crash)) throw error;
            life = new Life();
            return false;
          },
        );
      }
      return first.steps;
    };
    const steps = await lifeOf('R-0', new Life());
    expect(steps).toBe(6);
    for (let endsAt = 1; endsAt <= steps; endsAt += 1) {
      await lifeOf(`R-${endsAt}`, new Life(endsAt));
      const times = endsAt + 1;
      const money = [await paidTo('shop'), await balance()];
      expect([endsAt, ...money]).toEqual([endsAt, times * 100, GOODS - times * 100]);
    }
    expect((await payOuts()).map(({ state }) => state)).toEqual(Array(7).fill('paid'));
  });

  test('is refused for lack of funds, and goes on when the balance has changed', async () => {
    await buy('A-1');
    await linkAccount();
    await request('R-1', 6000);
    await request('R-2', 1000);
    await look();
    expect(await payOuts()).toMatchObject([
      { state: 'refused', reason: 'PAYEE_FUNDS_INSUFFICIENT' },
      { state: 'paid' },
    ]);
    await buy('A-2');
    await (
      await memory.world.bank('bank-node')
    ).settlement.rollUp({
      ...PAYEE,
      until: (await cashier.settlement.readPayee(PAYEE)).now,
    });
    asked.length = 0;
    await follow();
    expect(asked).toEqual([`pay-payee ${MERCHANT}/EUR`]);
    await look();
    expect((await payOuts())[0]).toMatchObject({ state: 'paid', reason: null });
    expect(await paidTo('shop')).toBe(7000);
  });

  test('that a teller redeemed by hand is paid, once', async () => {
    await buy('A-1');
    const { settlement } = await memory.world.bank('bank-node');
    await settlement.rollUp({ ...PAYEE, until: (await settlement.readPayee(PAYEE)).now });
    await memory.world.payOut(MERCHANT, 'by-hand', '500');
    await look();
    expect(await payOuts()).toMatchObject([{ state: 'redeemed', reason: 'NO_ACCOUNT' }]);
    await linkAccount();
    await look();
    await look();
    expect(await payOuts()).toMatchObject([{ state: 'paid' }]);
    expect([await paidTo('shop'), await balance()]).toEqual([500, GOODS - 500]);
  });

  test('that the host refuses waits for a teller, and is then asked for under a new key', async () => {
    await buy('A-1');
    await linkAccount('unknown');
    await request('R-1', 700);
    await look();
    await look();
    expect(await payOuts()).toMatchObject([{ state: 'redeemed', reason: 'INSTRUMENT_UNKNOWN' }]);
    expect(await paidTo('shop')).toBe(0);
    await linkAccount();
    await look();
    expect(await payOuts()).toMatchObject([
      { state: 'paid', account: 'shop', reference: `payout/${MERCHANT}/EUR/R-1/2` },
    ]);
    expect([await paidTo('shop'), await balance()]).toEqual([700, GOODS - 700]);
  });

  test('whose answer got lost goes to the account that was asked for, also when another is linked meanwhile', async () => {
    await buy('A-1');
    await linkAccount();
    await request('R-1', 700);
    const lost = async (payment: PayOutRequest): Promise<never> => {
      await host().payOut(payment);
      throw new HostUncertain('lost');
    };
    const context = await payOutContext();
    await expect(look({ ...context, coreBanking: { ...host(), payOut: lost } })).rejects.toThrow(
      'lost',
    );
    await openAccount(db, { token: 'other', currency: CURRENCY, balance: '0' }, NOW);
    await linkAccount('other');
    await look();
    expect(await payOuts()).toMatchObject([{ state: 'paid', account: 'shop' }]);
    expect([await paidTo('shop'), await paidTo('other'), await balance()]).toEqual([
      700,
      0,
      GOODS - 700,
    ]);
  });

  test('lists refunds, disputes and paid debts too, and adds up', async () => {
    await linkAccount();
    await buy('A-1');
    await memory.world.deliver('A-1');
    await buy('A-2');
    await request('R-1', 2 * GOODS);
    await look();
    await memory.world.dispute(device, 'A-1');
    await memory.world.decide('A-1', 'uphold');
    await request('R-2', 1);
    await look();
    expect((await payOuts())[1]).toMatchObject({
      state: 'refused',
      reason: 'PAYEE_FUNDS_INSUFFICIENT',
    });
    await buy('A-3');
    await buy('A-4');
    await look();
    await cashier.settlement.refund({
      merchantId: MERCHANT,
      orderNumber: 'A-3',
      refundId: 'F',
      amount: '80',
    });
    await request('R-3', 900);
    await look();
    const { opening, entries, closing } = await entriesOf('R-3');
    expect(
      (await entriesOf('R-2')).entries.map(({ kind, about, amount }) => [kind, about, amount]),
    ).toEqual([
      ['credit', `order/${MERCHANT}/A-3`, '4980'],
      ['credit', `order/${MERCHANT}/A-4`, '4980'],
      ['debt', `order/${MERCHANT}/A-1`, '-4980'],
    ]);
    expect(entries).toMatchObject([
      { kind: 'refund', about: `order/${MERCHANT}/A-3`, amount: '-80' },
    ]);
    expect(Number(opening) - 80 - 900).toBe(Number(closing));
    expect(Number(closing)).toBe(await balance());
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
    const parts = payOutWork(await payOutContext(), work, BANK);
    await work.start(parts);
    await work.reached(BigInt(memory.ledger.blocks().length), AbortSignal.timeout(10_000));
    await buy('A-1');
    await request('R-1', 4000);
    await parts.handlers.linkPayeeAccount(undefined, { ...PAYEE, token: 'shop' });
    await eventually('the pay-out', async () => {
      const [first] = (await parts.handlers.listPayOuts(undefined, { state: 'paid', after: 0 }))
        .payOuts;
      return first;
    });
    await work.close();
    expect(failures).toEqual([]);
    expect([await paidTo('shop'), await balance()]).toEqual([4000, GOODS - 4000]);
  });
});

const fundingContext = (more: Partial<FundingContext> = {}): FundingContext => ({
  ...{ db, ledger: fundingLedger(teller), coreBanking: host(), clock, abandonedAfterMs: 1_800_000 },
  ...more,
});

const FUNDED = { merchantId: MERCHANT, orderNumber: 'F-1' };

async function fund(context = fundingContext()): Promise<void> {
  const about = { customerId: CUSTOMER, currency: CURRENCY, total: TOTAL.toString() };
  await askFunding(db, { ...FUNDED, ...about }, NOW);
  await fundCustomer(context, CUSTOMER, signal);
}

/** The ledger says something new of the funded order. */
async function lookAtFunding(): Promise<void> {
  await db
    .updateTable('fundings')
    .set((set) => ({ wanted: set('wanted', '+', 1) }))
    .execute();
  await fundCustomer(fundingContext(), CUSTOMER, signal);
}

const OWN = 1000;
const LACKING = TOTAL - OWN;

/** A card that pays for the customer's orders. */
async function openCard(): Promise<void> {
  await teller.settlement.linkInstrument({ customerId: CUSTOMER, token: 'card', kind: 'card' });
  await db.insertInto('funding_choices').values({ customer_id: CUSTOMER, token: 'card' }).execute();
  await openAccount(db, { token: 'card', currency: CURRENCY, balance: '20000' }, NOW);
}

/** A day with every kind of entry: an order is funded, captured in part, refunded; the merchant is paid out. */
async function fillDay(): Promise<void> {
  await openWorld(OWN.toString());
  await openCard();
  const loginId = await memory.world.login(device);
  const options = { orderNumber: FUNDED.orderNumber, claim: (TOTAL - 450).toString() };
  const purchase = memory.world.purchase(device, loginId, options);
  await RUN.express(await memory.world.parties(), { ...purchase, fund: () => fund() });
  await lookAtFunding();
  await cashier.settlement.void(FUNDED);
  await lookAtFunding();
  await linkAccount();
  await request('R-1', 3000);
  await look();
  await cashier.settlement.refund({ ...FUNDED, refundId: 'F', amount: '800' });
  await lookAtFunding();
}

const reconcile = (more: Partial<ReconciliationParts> = {}, day = DAY): Promise<Report> =>
  reconcileDay(reconciliationParts(more), day, signal);

describe('a day of every kind of entry', () => {
  const AUTHORISATION = `fund/${MERCHANT}/F-1/1`;
  /** By the movement at the host. */
  const KEYS: Readonly<Record<string, string>> = {
    authorise: AUTHORISATION,
    complete: `${AUTHORISATION}/complete/1`,
    release: `${AUTHORISATION}/release/1`,
    refund: `${AUTHORISATION}/refund/1`,
    payOut: `payout/${MERCHANT}/EUR/R-1`,
  };

  beforeAll(fillDay);

  test('has no difference, and adds up to the unit', async () => {
    const { differences, counts, sums, ledger } = await reconcile();
    expect([differences, counts]).toEqual([[], { 'ledger-book': 0, 'book-host': 0, underWay: 0 }]);
    const height = memory.ledger.blocks().length;
    expect(ledger).toEqual({ block: height, hash: `block-${height}` });
    const moved = {
      ...{ authorise: LACKING.toString(), complete: (LACKING - 450).toString() },
      ...{ release: '450', refund: '800', payOut: '3000' },
    };
    const { currencies } = await teller.settlement.totals({});
    expect(sums).toMatchObject({
      EUR: {
        day: { book: moved, host: moved, counter: { issue: '1000', withdraw: '0' } },
        circulating: currencies[CURRENCY]?.onLedger,
        backing: currencies[CURRENCY]?.onLedger,
        ...{ underWay: '0', unexplained: '0' },
      },
    });
  });

  const OTHER = { kind: 'other', token: 'other', currency: 'USD', amount: '1', account: 'other' };

  /** A host that says this of one entry. */
  const sayingOf = (kind: string, change: (entry: HostEntry) => readonly HostEntry[]) =>
    saying(async (day) =>
      (await host().statement(day)).flatMap((entry) =>
        entry.kind === kind ? change(entry) : entry,
      ),
    );

  const onHost = Object.keys(KEYS).flatMap((kind) =>
    (['kind', 'token', 'currency', 'amount'] as const).map((field) => [kind, field] as const),
  );

  test.each(onHost)('of the host, %s has another %s: that is named', async (kind, field) => {
    const changed = (entry: HostEntry): HostEntry => ({ ...entry, [field]: OTHER[field] });
    const { differences } = await reconcile(sayingOf(kind, (entry) => [changed(entry)]));
    const entries = await host().statement(DAY);
    const line = defined(
      entries.find((entry) => entry.kind === kind),
      kind,
    );
    expect(differences).toEqual([
      { pair: 'book-host', key: KEYS[kind], field, book: line[field], host: OTHER[field] },
    ] satisfies unknown[]);
  });

  test.each(Object.keys(KEYS))(
    'of the host, %s is missing, or once too much: that is named',
    async (kind) => {
      const lacking = await reconcile(sayingOf(kind, () => []));
      expect(lacking.differences).toMatchObject([
        { pair: 'book-host', key: KEYS[kind], field: 'entry', host: null },
      ]);
      const again = await reconcile(
        sayingOf(kind, (entry) => [entry, { ...entry, reference: 'ghost' }]),
      );
      expect(again.differences).toMatchObject([
        { pair: 'book-host', key: 'ghost', field: 'entry', book: null },
      ]);
    },
  );

  const onLedger = [
    ...(['amount', 'account', 'currency'] as const).map(
      (field) => ['issue', field, 'authorise'] as const,
    ),
    ...(['amount', 'account', 'currency'] as const).map(
      (field) => ['withdraw', field, 'release'] as const,
    ),
    ...(['amount', 'account'] as const).map((field) => ['redeem', field, 'payOut'] as const),
  ];

  test.each(onLedger)(
    'of the ledger, %s has another %s: that is named',
    async (kind, field, movement) => {
      const key = defined(KEYS[movement], movement);
      const rows = await db.selectFrom('supplies').selectAll().where('kind', '=', kind).execute();
      const ids = await db
        .selectFrom('funding_ids')
        .select('supply_id')
        .where('book_key', '=', key)
        .execute();
      const row = defined(
        rows.find((each) => kind === 'redeem' || each.supply_id === ids[0]?.supply_id),
        kind,
      );
      const one = db.updateTable('supplies').where('supply_id', '=', row.supply_id);
      await one.set({ [field]: OTHER[field] }).execute();
      const { differences } = await reconcile();
      await one.set({ [field]: row[field] }).execute();
      expect(differences).toEqual([
        { pair: 'ledger-book', key, field, ledger: OTHER[field], book: row[field] },
      ] satisfies unknown[]);
    },
  );

  test('a rebuild from block 0 makes the same tables, and pays nothing again', async () => {
    const parts = await follow();
    const tables = [
      ...parts.projections,
      ...reconciliationWork(reconciliationParts(), noWork).projections,
    ].flatMap((projection) => projection.tables);
    const all = () =>
      Promise.all(
        [...tables, 'pay_outs' as const].map(async (table) =>
          (await db.selectFrom(table).selectAll().execute())
            .map((row) => JSON.stringify(row))
            .sort(),
        ),
      );
    const before = await all();
    for (const table of [...tables, 'ledger_position' as const])
      await db.deleteFrom(table).execute();
    await look();
    expect(await all()).toEqual(before);
    expect(await paidTo('shop')).toBe(3000);
  });

  test.each(['', '-4450', '1.005'])(
    'at the host, the authorisation has the amount "%s": that is named, and everything else compared',
    async (amount) => {
      const odd = async (day: string) =>
        (await host().statement(day)).map((entry) =>
          entry.kind === 'authorise' ? { ...entry, amount } : entry,
        );
      const { differences, sums } = await reconcile(saying(odd));
      const named = { pair: 'book-host', key: AUTHORISATION, field: 'amount' };
      expect(differences).toEqual([{ ...named, book: LACKING.toString(), host: amount }]);
      expect(sums['EUR']).toMatchObject({ day: { host: { authorise: '0', release: '450' } } });
    },
  );

  test.each(['issue', 'withdraw', 'redeem'] as const)(
    'of the ledger, %s is missing: that is named',
    async (kind) => {
      const rows = await db
        .selectFrom('supplies')
        .selectAll()
        .where('kind', '=', kind)
        .where('origin', '=', 'node')
        .execute();
      await db
        .deleteFrom('supplies')
        .where('kind', '=', kind)
        .where('origin', '=', 'node')
        .execute();
      const { differences, sums } = await reconcile();
      await db.insertInto('supplies').values(rows).execute();
      expect(differences).toHaveLength(rows.length);
      for (const difference of differences)
        expect(difference).toMatchObject({ pair: 'ledger-book', field: 'entry', ledger: null });
      expect(sums['EUR']?.unexplained).not.toBe('0');
    },
  );
});

/** What the ledger says of an issue that never comes about. */
const REFUSED = { state: 'refused', reason: 'CURRENCY_NOT_ALLOWED', finalFrom: 0 } as const;

describe('what is under way', () => {
  beforeEach(async () => {
    await openWorld(OWN.toString());
    await openCard();
  });

  test('is no difference: money that is reserved and not issued, or redeemed and not paid', async () => {
    const unconfirmed = {
      ...fundingLedger(teller),
      issue: () => Promise.resolve({ state: 'proposed' as const }),
    };
    await expect(fund(fundingContext({ ledger: unconfirmed }))).rejects.toThrow('second person');
    await teller.settlement.issue({
      ...{ issueId: 'more', customerId: CUSTOMER, token: 'card', currency: CURRENCY },
      amount: TOTAL.toString(),
    });
    await buy('A-1');
    await linkAccount();
    await request('R-1', 700);
    const away: PayOutContext = {
      ...(await payOutContext()),
      coreBanking: { ...host(), payOut: () => Promise.reject(new HostUnavailable('away')) },
    };
    await expect(look(away)).rejects.toThrow('away');
    const { differences, underWay, sums } = await reconcile();
    expect([differences, underWay]).toEqual([
      [],
      [
        {
          ...{ key: `fund/${MERCHANT}/F-1/1`, kind: 'authorise', currency: CURRENCY },
          amount: '4450',
          missing: 'ledger',
        },
        {
          ...{ key: `payout/${MERCHANT}/EUR/R-1`, kind: 'redeem', currency: CURRENCY },
          amount: '700',
          missing: 'book',
        },
      ],
    ]);
    expect(sums['EUR']).toMatchObject({ underWay: '5150', unexplained: '0' });
  });

  test('is no difference: money that was reserved, not issued, and released on the same day or on a later one', async () => {
    const unlinked = { ...fundingLedger(teller), issue: () => Promise.resolve(REFUSED) };
    const away = () => Promise.reject(new HostUnavailable('away'));
    const reserved = { ledger: unlinked, coreBanking: { ...host(), release: away } };
    await expect(fund(fundingContext(reserved))).rejects.toThrow('away');
    const key = `fund/${MERCHANT}/F-1/1`;
    const before = await reconcile();
    expect(before.differences).toEqual([]);
    expect(before.underWay).toMatchObject([{ key, kind: 'authorise', missing: 'ledger' }]);
    expect(before.sums['EUR']).toMatchObject({ underWay: '4450', unexplained: '0' });
    const NEXT = dayFrom(DAY, 1);
    const tomorrow = () => NOW + 86_400_000;
    await db.updateTable('fundings').set({ wanted: 9 }).execute();
    await fundCustomer(
      fundingContext({ coreBanking: embeddedCoreBanking({ db, clock: tomorrow }) }),
      CUSTOMER,
      signal,
    );
    expect(await reconcile()).toMatchObject({ differences: [], underWay: [{ key }] });
    const after = await reconcileDay(reconciliationParts(), NEXT, signal);
    expect([after.differences, after.underWay]).toEqual([[], []]);
    expect(after.sums['EUR']).toMatchObject({ underWay: '0', unexplained: '0' });
  });

  test.each(['release', 'kept'] as const)(
    'is no difference: what the host refused first, and did under another key (%s)',
    async (kind) => {
      await fund();
      const late = () => NOW + 2_000_000;
      const refuse = () => Promise.resolve(refused('REFUSED_BY_HOST'));
      const contrary = { ...host(), complete: refuse, release: refuse };
      if (kind === 'kept') await buy('A-1');
      await db.updateTable('fundings').set({ wanted: 9 }).execute();
      for (let times = 0; times < 2; times += 1)
        await expect(
          fundCustomer(fundingContext({ clock: late, coreBanking: contrary }), CUSTOMER, signal),
        ).rejects.toMatchObject({ code: 'HOST_CONTRADICTS' });
      await fundCustomer(fundingContext({ clock: late }), CUSTOMER, signal);
      const { differences, underWay, sums } = await reconcile();
      expect([differences, underWay, sums['EUR']?.unexplained]).toEqual([[], [], '0']);
      const [line] = (await bookLines(db, DAY)).filter(({ key }) => key.endsWith('/3'));
      expect(line).toMatchObject({ kind: kind === 'kept' ? 'complete' : 'release' });
    },
  );

  test('that the ledger took after the host had released it is a difference', async () => {
    const refusing = { ...fundingLedger(teller), issue: () => Promise.resolve(REFUSED) };
    await fund(fundingContext({ ledger: refusing }));
    const issue = { issueId: issueIdOf({ ...FUNDED, leg: 1 }), customerId: CUSTOMER };
    const sum = { token: 'card', currency: CURRENCY, amount: LACKING.toString() };
    await teller.settlement.issue({ ...issue, ...sum });
    const { differences } = await reconcile();
    expect(differences).toEqual([
      {
        ...{ pair: 'ledger-book', key: `fund/${MERCHANT}/F-1/1`, field: 'entry' },
        ...{ ledger: `issue ${CURRENCY} ${LACKING}`, book: null },
      },
    ]);
  });
});

describe('by itself and on demand', () => {
  const NEXT = dayFrom(DAY, 1);
  const tomorrow = () => Date.parse(NEXT) + 1000;
  const { registry } = new NodeMetrics('bank');
  const workOf = (more: Partial<ReconciliationParts> = {}) =>
    reconciliationWork(reconciliationParts({ clock: tomorrow, ...more }), noWork);
  const run = async (name: string, more: Partial<ReconciliationParts> = {}, data = {}) =>
    defined(
      workOf(more).jobs.find((job) => job.name === name),
      name,
    ).run(data, signal);
  const read = (day = DAY) => workOf().handlers.readReconciliation(undefined, { day });

  beforeAll(fillDay);

  test('the clock reconciles the days that are over, also those that were missed; a crash repeats it alike', async () => {
    await run('reconcile-day');
    const first = await read();
    const dead = (): Promise<never> => Promise.reject(new HostUnavailable('away'));
    const crashed = run('reconcile-day', saying(dead));
    await expect(crashed).rejects.toThrow('away');
    expect(await read()).toEqual(first);
    await run('reconcile-day');
    expect(await read()).toEqual(first);
    await run('reconcile-day', { clock: () => tomorrow() + 3 * 86_400_000 });
    const rows = await db.selectFrom('reconciliations').select('day').orderBy('day').execute();
    expect(rows.map(({ day }) => day)).toEqual([0, 1, 2, 3].map((days) => dayFrom(DAY, days)));
    await db.deleteFrom('reconciliations').where('day', '=', NEXT).execute();
    await run('reconcile-day', { clock: () => tomorrow() + 3 * 86_400_000 });
    expect((await read(NEXT)).day).toBe(NEXT);
  });

  test('what the host has on the next day is found there; while that statement is not made, it may be awaited', async () => {
    const nextDay = async (day: string) => (day === NEXT ? host().statement(DAY) : []);
    const found = await reconcile(saying(nextDay));
    expect([found.differences, found.underWay]).toEqual([[], []]);
    const unmade = (day: string): Promise<never[]> =>
      day === DAY ? Promise.resolve([]) : Promise.reject(new HostUnavailable('not made yet'));
    const { counts } = await reconcile(saying(unmade));
    const isAtEdge = [0, 23].includes(new Date(NOW).getUTCHours());
    expect(counts).toMatchObject({ 'book-host': isAtEdge ? 0 : 5, underWay: isAtEdge ? 5 : 0 });
  });

  test('an operator asks for a day, today too, and reads its report', async () => {
    const { handlers } = workOf();
    asked.length = 0;
    expect(await handlers.reconcileDay(undefined, { day: DAY })).toEqual({ asked: true });
    expect(asked).toEqual([`reconcile-day ${DAY}`]);
    await expect(handlers.reconcileDay(undefined, { day: dayFrom(NEXT, 1) })).rejects.toMatchObject(
      {
        ...{ code: 'INPUT_INVALID', field: 'day' },
      },
    );
    await expect(read('2020-01-01')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('differences are counted until the day is compared again without them', async () => {
    workOf({ registry });
    const figure = async () =>
      (await registry.getMetricsAsJSON()).find(
        ({ name }) => name === 'offpay_reconciliation_differences',
      )?.values;
    await run(
      'reconcile-day',
      saying(() => Promise.resolve([])),
      { day: DAY },
    );
    expect(await figure()).toMatchObject([
      { value: 0 },
      { labels: { pair: 'book-host' }, value: 5 },
    ]);
    await run('reconcile-day', {}, { day: DAY });
    expect(await figure()).toMatchObject([{ value: 0 }, { value: 0 }]);
  });

  test('the bank states once a day what backs its currency, and whose it is', async () => {
    const context: BackingContext = {
      ...{ db, clock: tomorrow, bankId: BANK, alerts: { open: () => Promise.resolve() } },
      // What is signed is compared here; by whom it is signed, in `backing.spec.ts`.
      sign: (made) => Promise.resolve({ statement: JSON.stringify(made), certificate: '' }),
      caughtUp: async () => {
        await follow();
      },
    };
    expect(await publishBacking(context, signal)).toBe(true);
    expect(await publishBacking(context, signal)).toBe(false);
    const { statement } = await new PublishedBacking(context).statement(NEXT);
    const { currencies } = await teller.settlement.totals({});
    const at = { host: 'embedded' };
    expect(JSON.parse(statement) as BackingStatement).toMatchObject({
      ...{ bankId: BANK, day: NEXT, height: { block: memory.ledger.blocks().length } },
      currencies: {
        EUR: {
          supply: currencies[CURRENCY]?.onLedger,
          backing: [
            { ...at, asset: 'completed', amount: '3200' },
            { ...at, asset: 'paidOut', amount: '-3000' },
            { asset: 'counter', host: null, amount: '1000' },
          ],
          ...{ underWay: '0', owedToBanks: '0', liabilities: { leaves: 2 } },
        },
      },
    });
  });
});

test('the operations have an OpenAPI document', () => {
  const about = { title: 'Money', description: 'Money', version: '0.1.0', fields: {}, errors: {} };
  const { paths } = openApi({ ...about, operations: MONEY_OPERATIONS });
  expect(Object.keys(paths as object)).toHaveLength(5 + 6);
});
