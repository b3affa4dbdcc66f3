// SPDX-License-Identifier: Apache-2.0
// A receiver that takes connections and says nothing holds what goes to it, and nothing else: neither texts to customers behind a mail
// server, nor the operators' webhook.
import { openBankDatabase } from '@fabric-offline-pay/bank-node';
import {
  Work,
  type DatabasePlace,
  type MailSender,
  type WorkParts,
} from '@fabric-offline-pay/node-common/node';
import { pino } from 'pino';
import { Alerts } from '../../network/nodes/bank/src/alerts/alerts.js';
import type { AlertChannel } from '../../network/nodes/bank/src/alerts/channels/alert-channel.js';
import { tellAlertJobs } from '../../network/nodes/bank/src/alerts/tell-alert.js';
import type { BankDatabase, BankTables } from '../../network/nodes/bank/src/database/schema.js';
import { noticeWork } from '../../network/nodes/bank/src/notices/notice-work.js';
import { testPlace, urlOf } from '../../network/nodes/common/src/testing/test-place.js';
import { eventually } from '../support/eventually.js';
import { UNCAPPED_NOTICES } from '../support/uncapped-notices.js';

/** More than both kinds of workers together. */
const MANY = 12;

let place: DatabasePlace;
let db: BankDatabase;
let work: Work<BankTables>;
/** Calls that the silent receiver holds. */
let held: number;
let release: () => void;
let released: Promise<void>;

beforeAll(async () => {
  place = await testPlace();
  db = await openBankDatabase(place);
});
afterAll(() => db.destroy());

beforeEach(() => {
  held = 0;
  released = new Promise((resolve) => (release = resolve));
  work = new Work<BankTables>({ db, url: urlOf(place), logger: pino({ level: 'silent' }) });
});
afterEach(async () => {
  release();
  await work.close();
});

const holding = (): Promise<void> => {
  held += 1;
  return released;
};

const start = (jobs: WorkParts<BankTables>['jobs']) => work.start({ projections: [], jobs });

const until = (what: string, holds: () => boolean): Promise<true> =>
  eventually(what, () => Promise.resolve(holds() || undefined));

test('texts are sent while a mail server says nothing', async () => {
  const hashed = { password_hash: 'x', password_changed: false, enrolment_mac: 'x' };
  const addresses = { phone: '+491713920001', email: 'c@bank.example' };
  await db
    .insertInto('customers')
    .values({ customer_id: 'c', ...addresses, ...hashed, enrolled_at: 1 })
    .execute();
  const sent: string[] = [];
  const messages = {
    send: ({ id }: { readonly id: string }) => Promise.resolve(void sent.push(id)),
  };
  const mail: MailSender = { send: holding };
  const context = { ...UNCAPPED_NOTICES, db, messages, mail, clock: Date.now };
  const { jobs, tell } = noticeWork(context, work, 'bank-1');
  await start(jobs);
  for (let index = 0; index < MANY; index += 1)
    await db.transaction().execute((transaction) =>
      tell(transaction, {
        ...{ merchantId: 'm', orderNumber: `O-${index}`, customerId: 'c', currency: 'EUR' },
        ...{ kind: 'declined', about: '1', amount: '100', reason: 'INSUFFICIENT_FUNDS' },
      }),
    );
  await until('all texts', () => sent.length === MANY);
  await until('a mail that nobody takes', () => held > 0);
});

test.each(['mail', 'webhook'] as const)(
  'operators are told by the other channel while their %s says nothing',
  async (silent) => {
    const told = new Set<string>();
    const channel = (name: AlertChannel['name']): AlertChannel => ({
      name,
      tells: ['opened'],
      send: ({ alert: { subject } }) =>
        name === silent ? holding() : Promise.resolve(void told.add(subject)),
    });
    const channels = [channel('mail'), channel('webhook')];
    const subjects = Array.from({ length: MANY }, (_, index) => `${silent}/O-${index}`);
    const alerts = new Alerts(work, channels);
    await start(tellAlertJobs({ db, channels, clock: Date.now }));
    for (const subject of subjects)
      await db
        .transaction()
        .execute((transaction) => alerts.open(transaction, 'alarm', subject, Date.now()));
    work.wake();
    // What the test before left behind is told, too.
    await until('all alerts', () => subjects.every((subject) => told.has(subject)));
    await until('one who is held', () => held > 0);
  },
);
