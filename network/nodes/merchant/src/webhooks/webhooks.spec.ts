// SPDX-License-Identifier: Apache-2.0
// Webhooks against a real HTTP server that fails, redirects, and goes away: each event arrives, in the order of its subject.
import { randomBytes } from 'node:crypto';
import { openPoster, type DatabasePlace } from '@fabric-offline-pay/node-common/node';
import { sql, type KyselyPlugin } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { testPlace, urlOf } from '../../../common/src/testing/test-place.js';
import { openMerchantDatabase } from '../database/open-database.js';
import type { MerchantDatabase } from '../database/schema.js';
import { noteEvent } from '../events/note-event.js';
import { openReceiver, type Receiver } from '../../../common/src/testing/receiver.js';
import type { WebhookContext } from './context.js';
import { deliverDue } from './deliver.js';
import {
  listEndpoints,
  MOST_ENDPOINTS,
  registerEndpoint,
  removeEndpoint,
  replayFrom,
  rotateSecret,
  switchEndpoint,
  type EndpointsContext,
  type Registration,
} from './endpoints.js';
import { dueWebhooksJob } from './jobs.js';
import { Seal } from './seal.js';

const DAY_MS = 24 * 3_600_000;
const AT = 1_800_000_000;

let place: DatabasePlace;
let db: MerchantDatabase;
let receiver: Receiver;
let now: number;
let alerts: string[];
const poster = openPoster({ reach: 'loopback', timeoutMs: 20_000 });
const seal = new Seal(randomBytes(32));
const asked: string[] = [];

const context = (): WebhookContext & EndpointsContext => ({
  db,
  clock: () => now,
  seal,
  post: poster.post,
  backoff: () => 0,
  giveUpMs: 3 * DAY_MS,
  reach: 'loopback',
  ask: (_, endpointId) => {
    asked.push(endpointId);
    return Promise.resolve();
  },
  observer: {
    endpointFailing: ({ result }) => alerts.push(`failing ${result}`),
    eventGivenUp: ({ result }) => alerts.push(`given up ${result}`),
  },
});

beforeAll(async () => {
  place = await testPlace();
  db = await openMerchantDatabase(place);
  receiver = await openReceiver();
});
afterAll(async () => {
  poster.close();
  await receiver.close();
  await db.destroy();
});
beforeEach(async () => {
  now = Date.now();
  alerts = [];
  asked.length = 0;
  receiver.answer = () => 204;
  (receiver.received as unknown[]).length = 0;
  for (const table of ['webhook_deliveries', 'webhook_events', 'webhook_endpoints'] as const)
    await db.deleteFrom(table).execute();
});

const register = (types: Registration['types'] = [], endpointId = 'shop') =>
  registerEndpoint(context(), { endpointId, url: receiver.url, types });

/** Notes as many events of as many orders, one after the other. */
const note = (orders: number, each: number, at = AT) =>
  db.transaction().execute(async (transaction) => {
    const { clock, ask } = context();
    const noting = noteEvent(clock, ask);
    for (let number = 0; number < each; number += 1)
      for (let order = 0; order < orders; order += 1)
        await noting(transaction, {
          key: [order.toString(), number.toString(), at.toString()],
          type: 'order.captured',
          subject: `order/m/${order}`,
          data: { orderNumber: order.toString(), number },
          at,
        });
  });

/** The same without a call for each. */
async function noteAtOnce(endpointId: string, orders: number, each: number): Promise<void> {
  await sql`
    insert into webhook_events (event_id, subject, type, data, at)
    select 'evt_' || number || '_' || ord, 'order/m/' || ord, 'order.captured',
      '{"orderNumber":"' || ord || '","number":' || number || '}', ${AT}::bigint
    from generate_series(0, ${each - 1}::integer) number, generate_series(0, ${orders - 1}::integer) ord
    order by number, ord
  `.execute(db);
  await sql`
    insert into webhook_deliveries (endpoint_id, seq, subject, attempts, due_at)
    select ${endpointId}::text, seq, subject, 0, ${now}::bigint from webhook_events
  `.execute(db);
}

const deliver = (endpointId: string) =>
  deliverDue(context(), endpointId, new AbortController().signal);

interface Told {
  readonly data: { readonly orderNumber: string; readonly number: number };
}

const accepted = () => receiver.received.filter(({ status }) => status === 204);
const told = (): readonly Told['data'][] =>
  accepted().map(({ body }) => (JSON.parse(body) as Told).data);

/** Posts nowhere: notes which event is told, and answers by its place among all that were told. */
const posting = (answer: (place: number) => Promise<number>) => {
  const numbers: number[] = [];
  const post: WebhookContext['post'] = (_url, _headers, body) =>
    answer(numbers.push((JSON.parse(body) as Told).data.number));
  return { numbers, post };
};

test('a thousand webhooks, half of which fail, all arrive: each order in its order, each id once', async () => {
  let calls = 0;
  receiver.answer = () => ((calls += 1) % 2 === 0 ? 503 : 204);
  const { endpointId } = await register();
  await noteAtOnce(endpointId, 100, 10);
  expect(await deliver(endpointId)).toBe(false);
  const all = told();
  for (let order = 0; order < 100; order += 1) {
    const events = all.filter(({ orderNumber }) => orderNumber === order.toString());
    expect(events.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }
  expect(new Set(accepted().map(({ headers }) => headers['webhook-id'])).size).toBe(1_000);
  expect(receiver.received.length).toBeGreaterThan(1_900);
});

test('what waits is looked through once for hundreds of orders, not once for each', async () => {
  const { endpointId } = await register();
  await noteAtOnce(endpointId, 600, 1);
  let looks = 0;
  const counted: KyselyPlugin = {
    transformQuery: ({ node }) => {
      if (JSON.stringify(node).includes('distinct on (subject)')) looks += 1;
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
  const { numbers, post } = posting(() => Promise.resolve(204));
  const watched = { ...context(), db: db.withPlugin(counted), post };
  expect(await deliverDue(watched, endpointId, new AbortController().signal)).toBe(false);
  expect(numbers).toHaveLength(600);
  expect(looks).toBeLessThan(10);
});

test('what fails while the others are read is tried again in the same run', async () => {
  const { endpointId } = await register();
  await note(2, 1);
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const posted: string[] = [];
  const post: WebhookContext['post'] = async (_url, _headers, body) => {
    const { orderNumber } = (JSON.parse(body) as Told).data;
    posted.push(orderNumber);
    if (orderNumber === '0' || posted.length > 2) return 204;
    await released;
    return 503;
  };
  // When the first order is told, the run looks for others; that the second failed is noted just before they are read.
  const meanwhile: KyselyPlugin = {
    transformQuery: ({ node }) => {
      if (posted.length === 2 && node.kind === 'SelectQueryNode') release();
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
  const watched = { ...context(), db: db.withPlugin(meanwhile), post };
  expect(await deliverDue(watched, endpointId, new AbortController().signal)).toBe(false);
  expect(posted.slice().sort()).toEqual(['0', '1', '1']);
});

test('a receiver verifies them with the library of Standard Webhooks; both secrets sign while one is replaced', async () => {
  const { endpointId, secret } = await register();
  const { secret: second } = await rotateSecret(context(), endpointId, 60);
  await note(1, 1);
  await deliver(endpointId);
  const [first] = receiver.received;
  const headers = first?.headers as Record<string, string>;
  const expected = {
    type: 'order.captured',
    timestamp: new Date(AT * 1000).toISOString(),
    data: { orderNumber: '0', number: 0 },
  };
  for (const known of [secret, second])
    expect(new Webhook(known).verify(first?.body ?? '', headers)).toEqual(expected);
  now += 61_000;
  await note(1, 1, AT + 1);
  await deliver(endpointId);
  const late = receiver.received[1]?.headers as Record<string, string>;
  expect(late['webhook-signature']?.split(' ')).toHaveLength(1);
  const stored = await db.selectFrom('webhook_endpoints').selectAll().execute();
  expect(JSON.stringify(stored)).not.toContain(second.slice('whsec_'.length));
});

test('an order that is refused holds up itself, and no other', async () => {
  receiver.answer = ({ body }) => (body.includes('"orderNumber":"0"') ? 400 : 204);
  const { endpointId } = await register();
  await note(3, 2);
  await deliverDue(
    { ...context(), backoff: () => DAY_MS },
    endpointId,
    new AbortController().signal,
  );
  expect(
    told()
      .map(({ orderNumber, number }) => [orderNumber, number])
      .sort(),
  ).toEqual([
    ['1', 0],
    ['1', 1],
    ['2', 0],
    ['2', 1],
  ]);
  expect((await listEndpoints(context()))[0]).toMatchObject({ state: 'active', waiting: 2 });
  await dueWebhooksJob(context(), context().ask).run({}, new AbortController().signal);
  asked.length = 0;
  now += DAY_MS;
  await dueWebhooksJob(context(), context().ask).run({}, new AbortController().signal);
  expect(asked).toEqual([endpointId]);
});

test('what was noted while the clock was a month ahead is told when it is right again', async () => {
  const { endpointId } = await register();
  receiver.answer = () => 500;
  const late = { ...context(), backoff: () => 4 * 3_600_000 };
  const right = now;
  now += 30 * DAY_MS;
  await note(2, 2);
  await deliverDue(late, endpointId, new AbortController().signal);
  now = right;
  receiver.answer = () => 204;
  await deliver(endpointId);
  expect(accepted()).toEqual([]);
  await dueWebhooksJob(context(), context().ask).run({}, new AbortController().signal);
  expect(asked).toContain(endpointId);
  await deliver(endpointId);
  expect(accepted()).toHaveLength(4);
});

test('an event that is refused for days is given up when others are accepted, and its order goes on', async () => {
  const first = `"timestamp":"${new Date(AT * 1000).toISOString()}","data":{"orderNumber":"0","number":0}`;
  receiver.answer = ({ body }) => (body.includes(first) ? 500 : 204);
  const { endpointId } = await register();
  const late = { ...context(), backoff: () => DAY_MS };
  await note(1, 2);
  await deliverDue(late, endpointId, new AbortController().signal);
  await note(2, 1, AT + 1);
  now += DAY_MS;
  await deliverDue(late, endpointId, new AbortController().signal);
  expect(alerts).toEqual([]);
  now += 3 * DAY_MS;
  await deliverDue(late, endpointId, new AbortController().signal);
  expect(alerts).toEqual(['given up 500']);
  expect(told().filter(({ orderNumber }) => orderNumber === '0')).toEqual([
    { orderNumber: '0', number: 1 },
    { orderNumber: '0', number: 0 },
  ]);
});

test('an endpoint that accepts nothing for days is turned off with an alert, and loses nothing', async () => {
  receiver.answer = () => 500;
  const { endpointId } = await register();
  await note(1, 1);
  const late = { ...context(), backoff: () => DAY_MS };
  for (let day = 0; day <= 3; day += 1) {
    expect(alerts).toEqual([]);
    await deliverDue(late, endpointId, new AbortController().signal);
    now += DAY_MS;
  }
  expect(alerts).toEqual(['failing 500']);
  expect((await listEndpoints(context()))[0]).toMatchObject({
    state: 'failing',
    waiting: 1,
    problem: '500',
  });
  await note(1, 1, AT + 1);
  receiver.answer = () => 204;
  await switchEndpoint(context(), endpointId, 'active');
  await deliver(endpointId);
  expect(told()).toHaveLength(2);
});

test('an endpoint that is gone is turned off at once', async () => {
  receiver.answer = () => 410;
  const { endpointId } = await register();
  await note(1, 1);
  await deliver(endpointId);
  expect(alerts).toEqual(['failing 410']);
  expect(receiver.received).toHaveLength(1);
});

test('an answer that was lost is asked for again, under the same id', async () => {
  const { endpointId } = await register();
  await note(1, 2);
  let lost = 0;
  const post: WebhookContext['post'] = async (...sent) => {
    const status = await poster.post(...sent);
    if ((lost += 1) === 1) throw new Error('the connection broke');
    return status;
  };
  await deliverDue({ ...context(), post }, endpointId, new AbortController().signal);
  expect(told().map(({ number }) => number)).toEqual([0, 0, 1]);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  expect(ids[0]).toBe(ids[1]);
});

test('an endpoint that is turned off during a run is told nothing more', async () => {
  const { endpointId } = await register();
  await note(1, 3);
  const { numbers, post } = posting(async (place) => {
    if (place === 2) await switchEndpoint(context(), endpointId, 'disabled');
    return 204;
  });
  await deliverDue({ ...context(), post }, endpointId, new AbortController().signal);
  expect(numbers).toEqual([0, 1]);
  expect((await listEndpoints(context()))[0]).toMatchObject({ state: 'disabled', waiting: 1 });
});

test('a run that is given up begins nothing more, and one whose time is over asks for the next', async () => {
  const { endpointId } = await register();
  await note(1, 10);
  const givenUp = new AbortController();
  const ended = posting((place) => {
    if (place === 2) givenUp.abort();
    return Promise.resolve(204);
  });
  const first = deliverDue({ ...context(), post: ended.post }, endpointId, givenUp.signal);
  expect([await first, ended.numbers]).toEqual([false, [0, 1]]);
  let passed = 0;
  const slow = posting(() => {
    passed += 50_000;
    return Promise.resolve(204);
  });
  const second = deliverDue(
    { ...context(), elapsed: () => passed, post: slow.post },
    endpointId,
    new AbortController().signal,
  );
  expect([await second, slow.numbers]).toEqual([true, [2, 3, 4]]);
});

test.each([204, 500])(
  'of two runs the later one tells on, and %s for the earlier one changes nothing',
  async (late) => {
    const { endpointId } = await register();
    await note(1, 3);
    let answerFirst: (status: number) => void = () => undefined;
    const answered = new Promise<number>((resolve) => (answerFirst = resolve));
    let begun: () => void = () => undefined;
    const waits = new Promise<void>((resolve) => (begun = resolve));
    const earlier = posting((place) => {
      begun();
      return place === 1 ? answered : Promise.resolve(204);
    });
    const { signal } = new AbortController();
    const first = deliverDue({ ...context(), post: earlier.post }, endpointId, signal);
    await waits;
    const later = posting(() => Promise.resolve(204));
    await deliverDue({ ...context(), post: later.post }, endpointId, signal);
    await note(1, 1, AT + 1);
    answerFirst(late);
    await first;
    expect([earlier.numbers, later.numbers]).toEqual([[0], [0, 1, 2]]);
    const notes = await db
      .selectFrom('webhook_deliveries')
      .select(['attempts', 'last_result'])
      .orderBy('seq')
      .execute();
    const told = { attempts: 1, last_result: '204' };
    expect(notes).toEqual([told, told, told, { attempts: 0, last_result: null }]);
  },
);

test('a redirect is not followed', async () => {
  receiver.answer = () => [302, { location: `${receiver.url}/elsewhere` }];
  const { endpointId } = await register();
  await note(1, 1);
  await deliverDue(
    { ...context(), backoff: () => DAY_MS },
    endpointId,
    new AbortController().signal,
  );
  expect(receiver.received).toHaveLength(1);
  expect((await db.selectFrom('webhook_deliveries').selectAll().execute())[0]).toMatchObject({
    last_result: '302',
    delivered_at: null,
  });
});

test('only chosen types are told; a replay tells them again from an instant on, in order', async () => {
  const { endpointId } = await register(['order.captured']);
  const other = await register(['payout.paid'], 'books');
  await note(1, 2);
  await note(1, 2, AT + 10);
  await deliver(endpointId);
  expect(await deliver(other.endpointId)).toBe(false);
  expect(told()).toHaveLength(4);
  expect(await replayFrom(context(), endpointId, AT + 10)).toEqual({ events: 2 });
  await deliver(endpointId);
  expect(told().slice(4)).toEqual(told().slice(2, 4));
  expect(await replayFrom(context(), other.endpointId, 0)).toEqual({ events: 0 });
  await removeEndpoint(context(), endpointId);
  expect(await listEndpoints(context())).toHaveLength(1);
  await expect(replayFrom(context(), endpointId, 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('the same event is noted once, however often the ledger is read', async () => {
  const { endpointId } = await register();
  await note(2, 2);
  await note(2, 2);
  await deliver(endpointId);
  expect(told()).toHaveLength(4);
});

test('a removed endpoint leaves nothing behind, also of a block that is just being read', async () => {
  // With one connection nothing goes on at the same time.
  if (urlOf(place) === undefined) return;
  const { endpointId } = await register();
  let removing: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (removing = resolve));
  const watched = db.withPlugin({
    transformQuery: ({ node }) => {
      if (JSON.stringify(node).includes('"webhook_endpoints"') && node.kind === 'DeleteQueryNode')
        removing();
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
  const { clock, ask } = context();
  const removed = await db.transaction().execute(async (transaction) => {
    const event = { key: ['k'], type: 'order.captured', subject: 's', data: {}, at: AT } as const;
    await noteEvent(clock, ask)(transaction, event);
    const removal = removeEndpoint({ ...context(), db: watched }, endpointId);
    await begun;
    return [removal];
  });
  await Promise.all(removed);
  expect(await db.selectFrom('webhook_deliveries').selectAll().execute()).toEqual([]);
});

test('there are no more endpoints than each event can be noted for', async () => {
  for (let place = 0; place < MOST_ENDPOINTS; place += 1) await register([], `shop-${place}`);
  await expect(register([], 'more')).rejects.toMatchObject({ code: 'TOO_MANY_ENDPOINTS' });
  await removeEndpoint(context(), 'shop-0');
  await expect(register([], 'more')).resolves.toMatchObject({ endpointId: 'more' });
});

test('what is no public https URL is refused when it is registered', async () => {
  const strict = { ...context(), reach: 'public' } as const;
  for (const url of [
    'http://shop.example/hook',
    'https://127.0.0.1/hook',
    'https://[::1]/hook',
    'https://0x7f.1/hook',
    'https://169.254.169.254/latest',
    'https://10.0.0.1/',
    'https://[::ffff:10.0.0.1]/',
    'https://user:secret@shop.example/',
    'no url',
  ])
    await expect(
      registerEndpoint(strict, { endpointId: 'shop', url, types: [] }),
    ).rejects.toMatchObject({
      code: 'ENDPOINT_REFUSED',
      field: 'url',
    });
  await registerEndpoint(strict, {
    endpointId: 'shop',
    url: 'https://shop.example/hook',
    types: [],
  });
  await expect(register()).rejects.toMatchObject({ code: 'ENDPOINT_EXISTS', status: 409 });
});
