// SPDX-License-Identifier: Apache-2.0
// A host that says nothing holds nobody whom the other one serves.
import { waitUntil } from '@fabric-offline-pay/node-common';
import { Work } from '@fabric-offline-pay/node-common/node';
import { pino } from 'pino';
import { testPlace, urlOf } from '../../../common/src/testing/test-place.js';
import type { AuthoriseRequest, CoreBanking } from '../core-banking/core-banking.js';
import type { FundingState, LegState } from '../database/funding-tables.js';
import { openBankDatabase } from '../database/open-database.js';
import type { BankDatabase, BankTables } from '../database/schema.js';
import type { FundingLedger } from './funding-ledger.js';
import { askForCustomer, fundingWork } from './funding-work.js';
import { fundingLanes } from './lanes.js';
import { askFunding, findFunding } from './store.js';

type Kind = 'card' | 'mobile';

let db: BankDatabase;
let work: Work<BankTables>;
/** Whom the card host was asked for. */
let asked: string[] = [];
let answer = (): void => undefined;

const ledger: FundingLedger = {
  readAvailable: () => Promise.resolve('0'),
  readOrder: () => Promise.resolve(undefined),
  issue: () => Promise.resolve({ state: 'issued' }),
  withdraw: () => Promise.resolve(true),
};

/** The card host says nothing until the test lets it. */
function hosts(): CoreBanking {
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const authorise = async ({ token }: AuthoriseRequest) => {
    if (token.startsWith('card')) {
      asked.push(token);
      await answered;
    }
    return { outcome: 'done', reference: 'R' } as const;
  };
  const never = () => Promise.reject(new Error('It is not asked for that.'));
  const rest = { complete: never, release: never, refund: never, payOut: never, echo: never };
  return { authorise, ...rest };
}

beforeEach(async () => {
  const place = await testPlace();
  db = await openBankDatabase(place);
  asked = [];
  work = new Work<BankTables>({ db, url: urlOf(place), logger: pino({ level: 'silent' }) });
  const parts = { ledger, coreBanking: hosts(), clock: Date.now, abandonedAfterMs: 1_800_000 };
  await work.start(fundingWork({ db, ...parts }, work, 'bank-1'));
});

afterEach(async () => {
  answer();
  await work.close();
  await db.destroy();
});

const tokenOf = (customerId: string, kind: Kind): string => `${kind}-${customerId}`;

const link = (customerId: string, kind: Kind, linkedIn = 1) =>
  db
    .insertInto('instruments')
    .values({
      token: tokenOf(customerId, kind),
      customer_id: customerId,
      kind,
      linked_in: linkedIn,
    })
    .execute();

const choose = (customerId: string, token: string | null) =>
  db
    .insertInto('funding_choices')
    .values({ customer_id: customerId, token })
    .onConflict((conflict) => conflict.column('customer_id').doUpdateSet({ token }))
    .execute();

const keyOf = (customerId: string, orderNumber: string) => ({
  merchantId: 'm',
  orderNumber: `${orderNumber}-${customerId}`,
  customerId,
});

const note = (customerId: string, orderNumber = 'O') =>
  askFunding(db, { ...keyOf(customerId, orderNumber), currency: 'EUR', total: '100' }, Date.now());

async function fund(customerId: string, orderNumber = 'O'): Promise<void> {
  await note(customerId, orderNumber);
  await db.transaction().execute((transaction) => askForCustomer(work, transaction, customerId));
  work.wake();
}

const ready = (customerId: string, orderNumber = 'O') =>
  waitUntil(
    `the funding of ${customerId}`,
    async () =>
      (await findFunding(db, keyOf(customerId, orderNumber)))?.state === 'ready' || undefined,
    { deadlineMs: 10_000 },
  );

/** More customers than are looked at together wait for the card host. */
async function holdCards(): Promise<void> {
  for (let index = 0; index < 12; index += 1) {
    await link(`c-${index}`, 'card');
    await fund(`c-${index}`);
  }
  await waitUntil('the card host to be asked', () => asked.length === 4 || undefined, {
    deadlineMs: 10_000,
  });
}

test('a customer of the other host is served while the card host says nothing, and all when it answers', async () => {
  await holdCards();
  await link('m-1', 'mobile');
  await fund('m-1');
  await ready('m-1');
  expect(asked).toHaveLength(4);
  answer();
  for (let index = 0; index < 12; index += 1) await ready(`c-${index}`);
});

test('whoever waits for the card host and chooses the other instrument is served by its host', async () => {
  await holdCards();
  await link('x', 'card', 1);
  await link('x', 'mobile', 2);
  await fund('x');
  await choose('x', tokenOf('x', 'mobile'));
  await fund('x');
  await ready('x');
  expect(asked).toHaveLength(4);
});

test('what was chosen meanwhile is looked at in the lane of its host, without anybody asking again', async () => {
  await holdCards();
  // Asked for in the lane of who asks no host.
  await choose('y', null);
  await link('y', 'card');
  await note('y');
  await db.transaction().execute((transaction) => askForCustomer(work, transaction, 'y'));
  await choose('y', tokenOf('y', 'card'));
  work.wake();
  await waitUntil(
    'the run in the lane of cards',
    async () => {
      const states = await work.jobStates();
      return states.some(({ waiting, running }) => waiting === 9 && running === 4) || undefined;
    },
    { deadlineMs: 10_000 },
  );
  expect(asked).toHaveLength(4);
  answer();
  await ready('y');
});

describe('the lane is that of the hosts that may be asked', () => {
  const lane = async () => (await fundingLanes(db, ['z'])).get('z');

  const deduct = (kind: Kind, state: LegState) =>
    db
      .insertInto('funding_legs')
      .values({
        ...{ merchant_id: 'm', order_number: 'O-z', customer_id: 'z' },
        ...{ leg: kind === 'card' ? 1 : 2, token: tokenOf('z', kind), amount: '1', state },
      })
      .execute();

  const become = (state: FundingState) => db.updateTable('fundings').set({ state }).execute();

  beforeEach(async () => {
    await link('z', 'card', 1);
    await link('z', 'mobile', 2);
    await note('z');
  });

  test('of the instrument that was linked first, of the chosen one, or of none', async () => {
    expect(await lane()).toBe('card');
    await choose('z', tokenOf('z', 'mobile'));
    expect(await lane()).toBe('mobile');
    await choose('z', null);
    expect(await lane()).toBe('none');
  });

  test('of whence was deducted, too', async () => {
    await deduct('mobile', 'issued');
    expect(await lane()).toBe('both');
    await become('ready');
    expect(await lane()).toBe('mobile');
    await deduct('card', 'refused');
    expect(await lane()).toBe('mobile');
  });

  test('only for what is to be looked at', async () => {
    await db.updateTable('fundings').set({ handled: 1 }).execute();
    expect(await lane()).toBe('none');
  });
});
