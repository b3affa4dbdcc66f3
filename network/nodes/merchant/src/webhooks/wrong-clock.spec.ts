// SPDX-License-Identifier: Apache-2.0
// A clock that was a month ahead for a while: what was noted then hides no outage, makes none, and lets no replaced secret sign for longer.
import { randomBytes } from 'node:crypto';
import { testPlace } from '../../../common/src/testing/test-place.js';
import { openMerchantDatabase } from '../database/open-database.js';
import type { MerchantDatabase } from '../database/schema.js';
import { noteEvent } from '../events/note-event.js';
import type { WebhookContext } from './context.js';
import { deliverDue } from './deliver.js';
import {
  listEndpoints,
  registerEndpoint,
  rotateSecret,
  type EndpointsContext,
} from './endpoints.js';
import { dueWebhooksJob } from './jobs.js';
import { Seal } from './seal.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MONTH_MS = 30 * DAY_MS;
const SHOP = 'shop';
const { signal } = new AbortController();
const seal = new Seal(randomBytes(32));

let db: MerchantDatabase;
let now: number;
let status: number;
let alerts: string[];
/** How many secrets signed the last webhook. */
let signatures: number;

const ask: EndpointsContext['ask'] = () => Promise.resolve();

const context = (): WebhookContext & EndpointsContext => ({
  ...{ db, seal, ask, reach: 'loopback', giveUpMs: 3 * DAY_MS },
  clock: () => now,
  // Longer than a run lingers for the next attempt: the clock stands still meanwhile.
  backoff: () => HOUR_MS,
  post: (_url, headers) => {
    const [, value = ''] =
      Object.entries(headers).find(([name]) => name === 'webhook-signature') ?? [];
    signatures = value.split(' ').length;
    return Promise.resolve(status);
  },
  observer: {
    endpointFailing: ({ result }) => alerts.push(`failing ${result}`),
    eventGivenUp: ({ result }) => alerts.push(`given up ${result}`),
  },
});

beforeAll(async () => {
  db = await openMerchantDatabase(await testPlace());
});
afterAll(() => db.destroy());
beforeEach(async () => {
  now = Date.now();
  status = 204;
  alerts = [];
  signatures = 0;
  for (const table of ['webhook_deliveries', 'webhook_events', 'webhook_endpoints'] as const)
    await db.deleteFrom(table).execute();
  await registerEndpoint(context(), { endpointId: SHOP, url: 'http://127.0.0.1:9/', types: [] });
});

const note = (number: number, at = now) =>
  db.transaction().execute((transaction) =>
    noteEvent(() => now, ask)(transaction, {
      key: [number.toString()],
      type: 'order.captured',
      subject: `order/m/${number}`,
      data: {},
      at: Math.floor(at / 1000),
    }),
  );

/** As the clock does it each minute. */
async function tellDue(): Promise<void> {
  await dueWebhooksJob(context(), ask).run({}, signal);
  await deliverDue(context(), SHOP, signal);
}

/** Goes on for as long, an hour each time. */
async function pass(ms: number): Promise<void> {
  for (const end = now + ms; now < end; now += HOUR_MS) await tellDue();
}

const stateNow = async () => (await listEndpoints(context()))[0];

test('what was accepted while it was ahead does not hide that the endpoint is down afterwards', async () => {
  now += MONTH_MS;
  await note(1);
  await tellDue();
  now -= MONTH_MS;
  status = 500;
  await note(2);
  await pass(4 * DAY_MS);
  expect(alerts).toEqual(['failing 500']);
  expect(await stateNow()).toMatchObject({ state: 'failing', waiting: 1 });
});

test('… nor when the clock gets there again', async () => {
  const right = now;
  now += MONTH_MS;
  await note(1, right);
  await tellDue();
  now -= MONTH_MS;
  await tellDue();
  now += MONTH_MS - DAY_MS;
  status = 500;
  await note(2);
  await pass(4 * DAY_MS);
  expect(alerts).toEqual(['failing 500']);
});

test('an endpoint that fails since a minute is not off when it jumps', async () => {
  status = 500;
  await note(1);
  await tellDue();
  now += MONTH_MS;
  await tellDue();
  now -= MONTH_MS;
  await tellDue();
  expect(alerts).toEqual([]);
  status = 204;
  await pass(DAY_MS);
  expect(await stateNow()).toMatchObject({ state: 'active', waiting: 0 });
});

test('a node that was off for a week tries for a while before it gives up', async () => {
  status = 500;
  await note(1);
  await tellDue();
  now += 7 * DAY_MS;
  await tellDue();
  expect(alerts).toEqual([]);
  await pass(3 * DAY_MS);
  expect(alerts).toEqual(['failing 500']);
});

test('a secret that was replaced while it was ahead signs no longer than its owner wanted', async () => {
  now += MONTH_MS;
  await rotateSecret(context(), SHOP, 3_600);
  now -= MONTH_MS;
  await note(1);
  await tellDue();
  expect(signatures).toBe(2);
  now += 2 * HOUR_MS;
  await note(2);
  await tellDue();
  expect(signatures).toBe(1);
});
