// SPDX-License-Identifier: Apache-2.0
// Plans that somebody replaces or takes back while one of them is being sent: what is answered is what the ledger gets.
import { testPlace } from '../../../common/src/testing/test-place.js';
import type { Caller, LogisticsContext } from '../context.js';
import { openLogisticsDatabase, type LogisticsDatabase } from '../database/schema.js';
import type { LogisticsLedger } from '../ledger.js';
import {
  cancelPlan,
  planCourier,
  readCourier,
  registerDue,
  type Registration,
} from './plan-couriers.js';

const NOW = 1_800_000_000;
const COURIER = 'c-1';
const dispatcher: Caller = { name: 'dispatcher-1', role: 'dispatcher' };
const { signal } = new AbortController();

let db: LogisticsDatabase;
/** The base of each tariff that the ledger got. */
let sent: string[];
/** What happens while the next one is being sent. */
let meanwhile: (() => Promise<unknown>) | undefined;

beforeAll(async () => {
  db = await openLogisticsDatabase(await testPlace());
});
afterAll(() => db.destroy());
beforeEach(async () => {
  sent = [];
  meanwhile = undefined;
  await db.deleteFrom('courier_plans').execute();
});

type Registering = LogisticsLedger['logistics']['registerCouriers'];

const registerCouriers = (async ({ couriers }: Parameters<Registering>[0]) => {
  sent.push(...couriers.map(({ tariffs }) => tariffs[0]?.base ?? ''));
  const first = meanwhile;
  meanwhile = undefined;
  await first?.();
}) as unknown as Registering;

const context = () =>
  ({
    ...{ db, clock: () => NOW, wake: () => undefined },
    rules: { logisticsId: 'l-1' },
    asks: { registerCouriers: () => Promise.resolve() },
    ledger: { logistics: { registerCouriers } },
  }) as unknown as LogisticsContext;

const costing = (base: string): Registration => ({
  courierId: COURIER,
  active: true,
  areas: [],
  categories: [],
  depot: { latitude: 1, longitude: 1 },
  tariffs: [{ currency: 'EUR', base, perKm: '1', perKg: '1' }],
});

const plan = (base: string) => planCourier(context(), dispatcher, { courier: costing(base) });
const cancel = () => cancelPlan({ db }, COURIER, NOW);
const register = () => registerDue(context(), signal);
const plans = async () => (await readCourier({ db }, COURIER)).plans;

test('one that takes its place is sent as well', async () => {
  await plan('100');
  meanwhile = () => plan('200');
  await register();
  expect(await plans()).toMatchObject([{ doneAt: null }]);
  await register();
  expect(sent).toEqual(['100', '200']);
  expect(await plans()).toMatchObject([{ doneAt: NOW, registration: costing('200') }]);
});

test('one that is being sent cannot be taken back, also when it is planned again', async () => {
  await plan('100');
  const notFound = { code: 'NOT_FOUND' };
  meanwhile = async () => {
    await expect(cancel()).rejects.toMatchObject(notFound);
    await plan('100');
    await expect(cancel()).rejects.toMatchObject(notFound);
  };
  await register();
  expect(await plans()).toMatchObject([{ doneAt: NOW }]);
});

test('one whose answer got lost cannot be taken back, and is sent again', async () => {
  await plan('100');
  meanwhile = () => Promise.reject(new Error('the connection broke'));
  await expect(register()).rejects.toThrow('the connection broke');
  await expect(cancel()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await register();
  expect(sent).toEqual(['100', '100']);
  expect(await plans()).toMatchObject([{ doneAt: NOW }]);
});

test.each([
  ['taken back', cancel, []],
  ['replaced', () => plan('200'), ['200']],
] as const)('one that is %s while another is sent is not sent', async (_, change, next) => {
  await planCourier(context(), dispatcher, { courier: { ...costing('50'), courierId: 'a-1' } });
  await plan('100');
  meanwhile = change;
  await register();
  expect(sent).toEqual(['50']);
  await register();
  expect(sent).toEqual(['50', ...next]);
});
