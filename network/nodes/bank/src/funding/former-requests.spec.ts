// SPDX-License-Identifier: Apache-2.0
// An order that was refunded in part while the port to hosts chose by itself, and released what was to be refunded since so much was still
// reserved: whatever becomes of the rest after the update, the instrument gets what the merchant did not keep.
import { digestOf } from '@fabric-offline-pay/domain';
import { testPlace } from '../../../common/src/testing/test-place.js';
import { openAccount } from '../core-banking/book/open-account.js';
import { embeddedCoreBanking } from '../core-banking/embedded/embedded-core-banking.js';
import type { FundingMoveTable } from '../database/funding-tables.js';
import { openBankDatabase } from '../database/open-database.js';
import type { BankDatabase } from '../database/schema.js';
import { doneAtHost } from '../testing/done-at-host.js';
import { emptyTables } from '../testing/hosts/banking-database.js';
import type { FundingLedger } from './funding-ledger.js';
import { fundCustomer } from './funding-work.js';
import { readFunding } from './read-fundings.js';

const ORDER = { merchant_id: 'm', order_number: 'F-1', customer_id: 'c' };
const KEY = { merchantId: 'm', orderNumber: 'F-1', customerId: 'c' };
const AUTHORISATION = 'fund/m/F-1/1';

const clock = () => Date.UTC(2026, 10, 29);
const GOES_ON = new AbortController().signal;

type Part = Pick<FundingMoveTable, 'kind' | 'amount' | 'state'>;

let db: BankDatabase;
let withdrawn: string[];

beforeAll(async () => {
  db = await openBankDatabase(await testPlace());
});
afterAll(() => db.destroy());

/** What the host was asked for under the key of a part. */
const request = (kind: string, amount: string) => ({
  key: `${AUTHORISATION}/${kind}/1`,
  authorisation: AUTHORISATION,
  amount,
});

const bank = () => embeddedCoreBanking({ db, clock });

const addPart = ({ kind, amount, state }: Part) =>
  db
    .insertInto('funding_moves')
    .values({ ...ORDER, leg: 1, kind, number: 1, amount, state })
    .execute();

/** Authorised 100, captured in part, and some of that refunded: which the host was asked to release. */
async function begin(captured: string, refunded: string): Promise<void> {
  withdrawn = [];
  const tables = ['fundings', 'funding_legs', 'funding_moves', 'funding_ids'] as const;
  for (const table of tables) await db.deleteFrom(table).execute();
  await emptyTables(db);
  await openAccount(db, { token: 't', currency: 'EUR', balance: '1000' }, 1);
  const funding = { currency: 'EUR', total: '100', state: 'ready', asked_at: 1 } as const;
  await db
    .insertInto('fundings')
    .values({ ...ORDER, ...funding, refusal: null, is_waiting: false })
    .execute();
  await db
    .insertInto('funding_legs')
    .values({ ...ORDER, leg: 1, token: 't', amount: '100', state: 'issued' })
    .execute();
  await addPart({ kind: 'complete', amount: captured, state: 'done' });
  await addPart({ kind: 'refund', amount: refunded, state: 'done' });
  await bank().authorise({ key: AUTHORISATION, token: 't', currency: 'EUR', amount: '100' });
  await bank().complete(request('complete', captured));
  const refund = request('refund', refunded);
  await bank().release(refund);
  await db
    .updateTable('host_requests')
    .set({ digest: digestOf({ ...refund, kind: 'reverse' }) })
    .where('request_key', '=', refund.key)
    .execute();
}

beforeEach(() => begin('60', '30'));

type Hold = Readonly<Record<'captured' | 'voided' | 'refunded', string>>;

async function look({ isSpent = false, ...hold }: Hold & { isSpent?: boolean }): Promise<void> {
  const order = { customerId: 'c', hold: { authorised: '100', ...hold } } as never;
  const ledger: FundingLedger = {
    readAvailable: () => Promise.resolve('0'),
    readOrder: () => Promise.resolve(order),
    issue: () => Promise.reject(new Error('Nothing is issued.')),
    withdraw: (_, { amount }) => {
      if (!isSpent) withdrawn.push(amount);
      return Promise.resolve(!isSpent);
    },
  };
  await db
    .updateTable('fundings')
    .set((set) => ({ wanted: set('wanted', '+', 1) }))
    .execute();
  const context = { db, clock, ledger, coreBanking: bank(), abandonedAfterMs: 1_800_000 };
  await fundCustomer(context, 'c', GOES_ON);
}

/** What the host has done in all. */
async function atHost() {
  const sum = await doneAtHost(db);
  return { completed: sum('complete'), released: sum('release'), refunded: sum('refund') };
}

const BEFORE = { completed: 60, released: 30, refunded: 0 };
const VOIDED: Hold = { captured: '60', voided: '40', refunded: '30' };
const CAPTURED: Hold = { captured: '100', voided: '0', refunded: '30' };

test.each<[string, Hold, object, readonly string[]]>([
  ['still held', { ...VOIDED, voided: '0' }, BEFORE, []],
  ['voided', VOIDED, { completed: 60, released: 40, refunded: 30 }, ['10', '30']],
  ['captured', CAPTURED, { completed: 70, released: 30, refunded: 0 }, []],
  [
    'captured in part, and the rest voided',
    { captured: '80', voided: '20', refunded: '30' },
    { completed: 70, released: 30, refunded: 20 },
    ['20'],
  ],
  [
    'voided, and more was refunded',
    { ...VOIDED, refunded: '60' },
    { completed: 60, released: 40, refunded: 60 },
    ['10', '60'],
  ],
])('what is left is %s', async (_, hold, host, fromLedger) => {
  await look(hold);
  await look(hold);
  expect([await atHost(), withdrawn]).toEqual([host, fromLedger]);
});

describe('what was planned before the update, when the rest', () => {
  const REFUNDED = { completed: 70, released: 30, refunded: 40 };

  test.each<[string, Part['state'], readonly string[]]>([
    ['was still on the ledger', 'planned', ['40']],
    ['had left the ledger', 'withdrawn', []],
  ])('was voided and %s, goes back from what was taken', async (_, state, fromLedger) => {
    await addPart({ kind: 'release', amount: '40', state });
    await look(VOIDED);
    expect([await atHost(), withdrawn]).toEqual([REFUNDED, fromLedger]);
    expect(await readFunding(db, KEY)).toMatchObject({ outcome: 'taken', reason: null });
  });

  test('was voided, goes back also when that was refused since', async () => {
    await addPart({ kind: 'release', amount: '40', state: 'withdrawn' });
    const refused = { outcome: 'refused', reason: 'AMOUNT_EXCEEDED' };
    expect(await bank().release(request('release', '40'))).toEqual(refused);
    await look(VOIDED);
    expect(await atHost()).toEqual(REFUNDED);
  });

  test('was voided and spent otherwise, is kept as far as it is reserved', async () => {
    await addPart({ kind: 'release', amount: '40', state: 'keeping' });
    await look({ ...VOIDED, isSpent: true });
    expect(await atHost()).toEqual({ ...BEFORE, completed: 70 });
  });

  test('was captured, is completed as far as it is reserved', async () => {
    const part = { ...ORDER, leg: 1, kind: 'complete', number: 2, amount: '40' } as const;
    await db
      .insertInto('funding_moves')
      .values({ ...part, state: 'planned' })
      .execute();
    await look(CAPTURED);
    expect(await atHost()).toEqual({ ...BEFORE, completed: 70 });
    expect(await readFunding(db, KEY)).toMatchObject({ outcome: 'taken', reason: null });
  });
});

describe('what was voided goes back once, in part from what is reserved and in part from what was taken,', () => {
  test.each<[string, string, string, Part['state'], object]>([
    ['20', '10', '80', 'planned', { completed: 20, released: 80, refunded: 10 }],
    ['20', '10', '80', 'withdrawn', { completed: 20, released: 80, refunded: 10 }],
    ['40', '30', '60', 'planned', { completed: 40, released: 60, refunded: 30 }],
    ['40', '30', '60', 'withdrawn', { completed: 40, released: 60, refunded: 30 }],
    ['20', '20', '80', 'withdrawn', { completed: 20, released: 80, refunded: 20 }],
  ])('%s captured, %s refunded, %s %s', async (captured, refunded, voided, state, host) => {
    await begin(captured, refunded);
    await addPart({ kind: 'release', amount: voided, state });
    for (let looks = 0; looks < 2; looks += 1) await look({ captured, voided, refunded });
    expect([await atHost(), withdrawn]).toEqual([host, state === 'planned' ? [voided] : []]);
    const returned = String(Number(voided) + Number(refunded));
    expect(await readFunding(db, KEY)).toMatchObject({ step: null, reason: null, returned });
  });
});

test('what nothing was left to complete of ends, though the node ended before it was noted', async () => {
  await begin('60', '40');
  const attempt = { attempt: 2, host_key: `${AUTHORISATION}/complete/2/2` };
  const part = { ...ORDER, leg: 1, kind: 'complete', number: 2, amount: '0' } as const;
  await db
    .insertInto('funding_moves')
    .values({ ...part, ...attempt, state: 'planned' })
    .execute();
  await look({ captured: '100', voided: '0', refunded: '40' });
  expect(await atHost()).toEqual({ completed: 60, released: 40, refunded: 0 });
  expect(await readFunding(db, KEY)).toMatchObject({ outcome: 'taken', step: null, reason: null });
});

test('what the host has not done otherwise is not asked for otherwise', async () => {
  await db
    .updateTable('host_requests')
    .set({ kind: 'refund' })
    .where('request_key', '=', request('refund', '30').key)
    .execute();
  await db.updateTable('fundings').set({ total: '200' }).execute();
  await db.updateTable('funding_legs').set({ amount: '200' }).execute();
  const hold = { ...VOIDED, voided: '40' };
  await expect(look(hold)).rejects.toMatchObject({ code: 'HOST_CONTRADICTS' });
});
