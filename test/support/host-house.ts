// SPDX-License-Identifier: Apache-2.0
// The bank's automatic deduction and pay-outs with their real adapters, against one host of the tests that can be told to misbehave, on a
// ledger in memory. Work runs when a test says so, so that nothing waits for a clock.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_LIMITS } from '@fabric-offline-pay/bank-node';
import { pathIn } from '@fabric-offline-pay/node-common/node';
import type { Client } from '@fabric-offline-pay/sdk';
import { BANK, CURRENCY, MERCHANT, POLICY, type CustomerDevice } from '@fabric-offline-pay/testing';
import { Alerts } from '../../network/nodes/bank/src/alerts/alerts.js';
import { listAlerts } from '../../network/nodes/bank/src/alerts/alert-feed.js';
import { watch } from '../../network/nodes/bank/src/alerts/watch.js';
import { bookLines } from '../../network/nodes/bank/src/core-banking/book/totals.js';
import { coreBankingSchema } from '../../network/nodes/bank/src/core-banking/configuration.js';
import {
  openInstruments,
  type Instruments,
} from '../../network/nodes/bank/src/core-banking/instruments.js';
import type { BankDatabase } from '../../network/nodes/bank/src/database/schema.js';
import type { FundingContext } from '../../network/nodes/bank/src/funding/funding-context.js';
import { FUNDING_HANDLERS } from '../../network/nodes/bank/src/funding/funding-handlers.js';
import { fundingLedger } from '../../network/nodes/bank/src/funding/funding-ledger.js';
import { FUND_CUSTOMER, fundingWork } from '../../network/nodes/bank/src/funding/funding-work.js';
import { askFunding, kindOf } from '../../network/nodes/bank/src/funding/store.js';
import { noticeWork, type NoticeWork } from '../../network/nodes/bank/src/notices/notice-work.js';
import { listMessages } from '../../network/nodes/bank/src/outbox/list-messages.js';
import { payOutHandlers } from '../../network/nodes/bank/src/pay-outs/pay-out-handlers.js';
import { payOutLedger } from '../../network/nodes/bank/src/pay-outs/pay-out-ledger.js';
import { payPayee } from '../../network/nodes/bank/src/pay-outs/pay-out.js';
import { addPayOut } from '../../network/nodes/bank/src/pay-outs/store.js';
import { emptyTables } from '../../network/nodes/bank/src/testing/hosts/banking-database.js';
import { allEntries } from '../../network/nodes/bank/src/testing/hosts/all-entries.js';
import { CardHostSimulator } from '../../network/nodes/bank/src/testing/hosts/card-host-simulator.js';
import type { Fault, HostKind } from '../../network/nodes/bank/src/testing/hosts/faults.js';
import {
  API_KEY,
  BANK_ACCOUNT,
  MobileHostSimulator,
} from '../../network/nodes/bank/src/testing/hosts/mobile-host-simulator.js';
import { availableTo } from './balances.js';
import { RUN } from './both-ways.js';
import { itemAt } from './defined.js';
import { eventually } from './eventually.js';
import { memoryWorld, type MemoryWorld } from './memory-world.js';
import { WorkByHand } from './work-by-hand.js';
import { UNCAPPED_NOTICES } from './uncapped-notices.js';

const CUSTOMER = 'customer-1';
const STRANGER = 'customer-2';
/** Behind each instrument. */
export const BEHIND = 20_000n;
/** Two chargers and their delivery; the account of the customer is empty. */
export const TOTAL = 5450n;
/** Of one pay-out. */
export const PAID = 3n;
const ABANDONED_MS = 1_800_000;
/** Longer than a host may be silent before a person is alerted. */
const LATER_MS = 600_000;
/** How long the bank waits for an answer. */
const PATIENCE_MS = 100;
/** So many purchases need no step-up. */
const UNLIMITED = {
  ...POLICY,
  currencies: { [CURRENCY]: { ...POLICY.currencies[CURRENCY], stepUp: '100000000' } },
};
const PAYEE = { payeeId: MERCHANT, currency: CURRENCY };
const SIMULATORS = { card: CardHostSimulator, mobile: MobileHostSimulator } as const;

/**
 * What is wrong with the host: a fault at every message, or it is stopped before anything arrives, or it does the first thing, and then
 * neither that answer comes nor does it do anything more.
 */
export type Trouble = Fault | 'is stopped' | 'does it and falls silent';

/** An order with an instrument of its own. */
export interface Case {
  readonly token: string;
  readonly orderNumber: string;
}

const FILLED = [
  ...(['messages', 'instruments', 'funding_choices', 'fundings', 'funding_legs'] as const),
  ...(['funding_moves', 'payees', 'payee_accounts', 'pay_outs', 'alerts', 'logins'] as const),
  'customers' as const,
];

const CONTACT = { password_hash: 'x', password_changed: false, enrolment_mac: 'x', enrolled_at: 1 };
const customerOf = (customerId: string) => ({
  ...{ customer_id: customerId, phone: '+491713920001', ...CONTACT },
});
const loginOf = (customerId: string) => ({
  ...{ login_id: `login-of-${customerId}`, customer_id: customerId, device_id: 'phone' },
  ...{ state: 'authenticated' as const, filled: '', opened_at: 1, ended_at: Date.now() },
});

export class HostHouse {
  readonly #db: BankDatabase;
  readonly #kind: HostKind;
  readonly #folder = mkdtempSync(join(tmpdir(), 'host-faults-'));
  readonly #work = new WorkByHand();
  readonly #host: CardHostSimulator | MobileHostSimulator;
  #instruments!: Instruments;
  #memory!: MemoryWorld;
  #device!: CustomerDevice;
  #teller!: Client;
  #notices!: NoticeWork;
  #cases = 0;

  private constructor(db: BankDatabase, kind: HostKind, host: HostHouse['host']) {
    this.#db = db;
    this.#kind = kind;
    this.#host = host;
  }

  static async open(db: BankDatabase, kind: HostKind): Promise<HostHouse> {
    const house = new HostHouse(db, kind, await SIMULATORS[kind].start());
    await house.#begin();
    return house;
  }

  get host(): CardHostSimulator | MobileHostSimulator {
    return this.#host;
  }

  async close(): Promise<void> {
    await this.#instruments.close();
    await this.#host.stop();
    rmSync(this.#folder, { recursive: true });
  }

  /** All requests about money meet the trouble, until it is put right. */
  async breakHost(trouble: Trouble): Promise<void> {
    if (trouble === 'is stopped') await this.#host.stop();
    else if (trouble === 'does it and falls silent') {
      let isFirst = true;
      this.#host.faultFor = () => {
        const fault = isFirst ? 'says nothing' : 'ignores';
        isFirst = false;
        return fault;
      };
    } else this.#host.faultFor = () => trouble;
  }

  /** The same for whoever only asks whether anybody is there. */
  async breakLooks(trouble: Fault | 'is stopped'): Promise<void> {
    if (trouble === 'is stopped') await this.#host.stop();
    else this.#host.faultForLook = () => trouble;
  }

  async putRight(): Promise<void> {
    this.#host.faultFor = () => undefined;
    this.#host.faultForLook = () => undefined;
    this.#host.refusal = undefined;
    if (this.#host.isStopped) await this.#host.resume();
  }

  echo(): Promise<void> {
    return this.#instruments.echo();
  }

  /** A customer with an empty account links an instrument. */
  async link(): Promise<Case> {
    this.#cases += 1;
    const token = `${this.#kind}-${this.#cases}`;
    const [db, customer_id] = [this.#db, CUSTOMER];
    await this.#teller.settlement.linkInstrument({ customerId: CUSTOMER, token, kind: this.#kind });
    const row = { token, customer_id, kind: this.#kind, linked_in: 1 };
    await db.insertInto('instruments').values(row).execute();
    await db
      .insertInto('funding_choices')
      .values({ customer_id, token })
      .onConflict((conflict) => conflict.column('customer_id').doUpdateSet({ token }))
      .execute();
    this.#host.accounts.set(token, BEHIND);
    return { token, orderNumber: `F-${this.#cases}` };
  }

  /** The customer's app asks for an order to be funded, and the node looks at it once. */
  async fund(about: Case): Promise<void> {
    const key = { merchantId: MERCHANT, orderNumber: about.orderNumber };
    const request = { ...key, customerId: CUSTOMER, currency: CURRENCY, total: TOTAL.toString() };
    await askFunding(this.#db, request, Date.now());
    await this.#look(Date.now);
  }

  /** The same after a while, so that an order without a hold is given up. */
  async lookLater(about: Case): Promise<void> {
    await this.#wanted(about);
    await this.#look(() => Date.now() + 2 * ABANDONED_MS);
  }

  /** The ledger says something new of the order. */
  async lookAgain(about: Case): Promise<void> {
    await this.#wanted(about);
    await this.#look(Date.now);
  }

  /** Places the order, which holds and captures its money. */
  async buy({ orderNumber }: Case): Promise<void> {
    const loginId = await this.#memory.world.login(this.#device);
    const purchase = this.#memory.world.purchase(this.#device, loginId, { orderNumber });
    await RUN.express(await this.#memory.world.parties(), purchase);
  }

  /** What the customer sees of the order, which the teller sees, too, and no other customer. */
  async outcomeOf({ orderNumber }: Case) {
    const context = { db: this.#db, clock: Date.now, limits: DEFAULT_LIMITS };
    const key = { merchantId: MERCHANT, orderNumber };
    const own = { loginId: `login-of-${CUSTOMER}`, ...key };
    const seen = await FUNDING_HANDLERS.readFunding(context, own);
    const query = { customerId: CUSTOMER, troubled: 'false', limit: 1 } as const;
    const found = await FUNDING_HANDLERS.findFundings(context, query);
    expect(found).toEqual([seen]);
    await expect(
      FUNDING_HANDLERS.readFunding(context, { ...own, loginId: `login-of-${STRANGER}` }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    return seen;
  }

  /** Texts of the customer's newest messages, the newest first, once all are sent. */
  async texts(limit: number): Promise<readonly (string | null)[]> {
    await this.#work.run(this.#notices.jobs);
    const messages = await listMessages({ db: this.#db }, CUSTOMER, { limit });
    expect(messages.map(({ outcome }) => outcome)).toEqual(messages.map(() => 'sent'));
    return messages.map(({ text }) => text);
  }

  async speak(language: 'en' | 'zh'): Promise<void> {
    await this.#db
      .updateTable('customers')
      .set({ language })
      .where('customer_id', '=', CUSTOMER)
      .execute();
  }

  /** A payee asks for a pay-out to an account of its own. */
  async requestPayOut({ token, orderNumber: redeemId }: Case): Promise<void> {
    const amount = PAID.toString();
    const cashier = await this.#memory.world.merchant();
    await cashier.settlement.requestPayout({ ...PAYEE, redeemId, amount });
    await addPayOut(this.#db, { ...PAYEE, redeemId }, { amount, requestedAt: Date.now() });
    this.#host.accounts.set(token, 0n);
    await this.linkPayee({ token });
  }

  async linkPayee({ token }: Pick<Case, 'token'>): Promise<void> {
    await this.#payOuts().linkPayeeAccount(undefined, { ...PAYEE, token });
  }

  async payOut(): Promise<void> {
    const { bankNode, teller } = { bankNode: await this.#bank('bank-node'), teller: this.#teller };
    const ledger = payOutLedger({ bankNode, teller });
    const context = { db: this.#db, ledger, coreBanking: this.#instruments, clock: Date.now };
    await payPayee(context, PAYEE, new AbortController().signal).catch(() => undefined);
  }

  /** What operator and teller see of the pay-out. */
  async payOutOf({ orderNumber }: Case) {
    const { payOuts } = await this.#payOuts().listPayOuts(undefined, { after: 0 });
    return payOuts.find(({ redeemId }) => redeemId === orderNumber);
  }

  async available(): Promise<bigint> {
    return availableTo(this.#teller, CUSTOMER);
  }

  /** What the host has taken from the instrument, reserved or final. */
  heldAtHost({ token }: Case): bigint {
    return BEHIND - this.balanceAtHost({ token });
  }

  balanceAtHost({ token }: Pick<Case, 'token'>): bigint {
    return this.#host.accounts.get(token) ?? 0n;
  }

  /** What the host did with the account, by its own record: such as `authorise 5450`. */
  async atHost({ token }: Pick<Case, 'token'>): Promise<readonly string[]> {
    const today = new Date().toISOString().slice(0, 10);
    if (this.#host instanceof CardHostSimulator) this.#host.writeStatement(this.#folder, today);
    const entries = await allEntries(this.#instruments.hosts, today);
    return entries
      .filter((entry) => entry.token === token)
      .map(({ kind, amount }) => `${kind} ${amount}`);
  }

  /** The same by the book; what no host hears of is left out. */
  async inBook({ token }: Pick<Case, 'token'>): Promise<readonly string[]> {
    const lines = await bookLines(this.#db, new Date().toISOString().slice(0, 10));
    return lines
      .filter((line) => line.token === token)
      .filter(({ kind }) => this.#kind === 'card' || kind !== 'complete')
      .map(({ kind, amount }) => `${kind} ${amount}`);
  }

  /** Kinds of the open alerts, after the node has looked for them ten minutes later. */
  async alerts(): Promise<readonly string[]> {
    const alerts = new Alerts(this.#work, []);
    const clock = () => Date.now() + LATER_MS;
    const limits = { unusedCodes: 10, windowSeconds: 900 };
    const context = { db: this.#db, work: this.#work, clock, limits, escalateAfterSeconds: 900 };
    await watch(context, alerts);
    return (await listAlerts(this.#db, { open: true })).map(({ kind }) => kind);
  }

  async #begin(): Promise<void> {
    const db = this.#db;
    for (const table of FILLED) await db.deleteFrom(table).execute();
    await emptyTables(db);
    this.#memory = await memoryWorld({ policy: UNLIMITED });
    this.#teller = await this.#bank('teller');
    this.#device = await this.#memory.world.customer(CUSTOMER, TOTAL.toString());
    this.#instruments = this.#openInstruments();
    for (const customer of [CUSTOMER, STRANGER]) {
      await db.insertInto('customers').values(customerOf(customer)).execute();
      await db.insertInto('logins').values(loginOf(customer)).execute();
    }
    await db.insertInto('payees').values({ payee_id: MERCHANT, bank_id: BANK }).execute();
    const messages = { send: () => Promise.resolve() };
    this.#notices = noticeWork(
      { ...UNCAPPED_NOTICES, db, messages, clock: Date.now },
      this.#work,
      BANK,
    );
    // The payee earns what the pay-outs need, and the customer's account is empty then.
    await this.buy({ token: '', orderNumber: 'first' });
  }

  #bank(role: 'teller' | 'bank-node'): Promise<Client> {
    return this.#memory.world.bank(role);
  }

  #openInstruments(): Instruments {
    const keyFile = join(this.#folder, 'mobile.key');
    writeFileSync(keyFile, API_KEY, { mode: 0o600 });
    const configs = {
      card: {
        ...{ adapter: 'iso8583', host: '127.0.0.1', port: this.#host.port, bitmap: 'hex' },
        ...{ institution: '40012', terminal: 'BANK0001', acceptor: 'OFFPAY-BANK' },
        ...{ timeoutMs: PATIENCE_MS, repeats: 0, backoffMs: { first: 10, most: 10 } },
        statementFolder: this.#folder,
      },
      mobile: {
        ...{ adapter: 'mobile-money', url: `http://127.0.0.1:${this.#host.port}` },
        ...{ account: BANK_ACCOUNT, apiKeyFile: keyFile, timeoutMs: PATIENCE_MS },
        poll: { everyMs: 10, times: 2 },
      },
    };
    return openInstruments({
      db: this.#db,
      config: coreBankingSchema(pathIn(this.#folder)).parse({
        [this.#kind]: configs[this.#kind],
        payees: this.#kind,
      }),
      clock: Date.now,
      kindOf: (token) => kindOf(this.#db, token),
      observer: { noted: () => undefined },
    });
  }

  #payOuts() {
    const ask = (): Promise<void> => Promise.resolve();
    return payOutHandlers({ db: this.#db, bankId: BANK, ask, wake: () => undefined });
  }

  async #wanted({ orderNumber }: Case): Promise<void> {
    await this.#db
      .updateTable('fundings')
      .set((set) => ({ wanted: set('wanted', '+', 1) }))
      .where('order_number', '=', orderNumber)
      .execute();
  }

  /** The node's own job, as its queue runs it. What fails is seen in the outcome. */
  async #look(clock: () => number): Promise<void> {
    const context: FundingContext = {
      ...{ db: this.#db, clock, coreBanking: this.#instruments, abandonedAfterMs: ABANDONED_MS },
      ledger: fundingLedger(this.#teller),
      tell: this.#notices.tell,
    };
    const { jobs } = fundingWork(context, this.#work, BANK);
    const job = itemAt(
      jobs.filter(({ name }) => name === FUND_CUSTOMER.name),
      0,
    );
    await job.run({ customerId: CUSTOMER }, new AbortController().signal).catch(() => undefined);
  }
}

/** Does it again, as the node's queue would, until it shows what is wanted. */
export const until = (
  what: string,
  again: () => Promise<void>,
  holds: () => Promise<boolean>,
): Promise<true> =>
  eventually(what, async () => {
    if (await holds()) return true;
    await again();
    return undefined;
  });
