// SPDX-License-Identifier: Apache-2.0
// Owners change an endpoint while others do: nothing of one change is lost to another.
import { randomBytes } from 'node:crypto';
import { waitUntil } from '@fabric-offline-pay/node-common';
import type { DatabasePlace } from '@fabric-offline-pay/node-common/node';
import { sql } from 'kysely';
import { testPlace, urlOf } from '../../../common/src/testing/test-place.js';
import { openMerchantDatabase } from '../database/open-database.js';
import type { MerchantDatabase } from '../database/schema.js';
import { noteEvent } from '../events/note-event.js';
import {
  listEndpoints,
  MOST_ENDPOINTS,
  registerEndpoint,
  removeEndpoint,
  replayFrom,
  rotateSecret,
  switchEndpoint,
  type EndpointsContext,
} from './endpoints.js';
import { Seal } from './seal.js';

const SHOP = 'shop';
const NOW = 1_800_000_000_000;
const seal = new Seal(randomBytes(32));

let place: DatabasePlace;
let db: MerchantDatabase;

const ask: EndpointsContext['ask'] = () => Promise.resolve();
const context = (): EndpointsContext => ({
  ...{ db, seal, ask, reach: 'loopback' },
  clock: () => NOW,
});
const register = (endpointId = SHOP) =>
  registerEndpoint(context(), { endpointId, url: 'http://127.0.0.1:9/', types: [] });

beforeAll(async () => {
  place = await testPlace();
  db = await openMerchantDatabase(place);
});
afterAll(() => db.destroy());
beforeEach(async () => {
  for (const table of ['webhook_deliveries', 'webhook_events', 'webhook_endpoints'] as const)
    await db.deleteFrom(table).execute();
});

const note = () =>
  db.transaction().execute((transaction) =>
    noteEvent(() => NOW, ask)(transaction, {
      ...{ key: ['k'], type: 'order.captured', subject: 's', data: {}, at: 1_800_000_000 },
    }),
  );

test('a replay leaves nothing of an endpoint that is removed meanwhile', async () => {
  // With one connection nothing goes on at the same time.
  if (urlOf(place) === undefined) return;
  await register();
  await note();
  let removal: Promise<void> | undefined;
  let isRemoved = false;
  const waitsForLock = async () => {
    const { rows } = await sql`
      select pid from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'
    `.execute(db);
    return rows.length > 0;
  };
  const watched = db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      removal ??= removeEndpoint(context(), SHOP).then(() => void (isRemoved = true));
      const isSettled = async () => (isRemoved || (await waitsForLock()) ? true : undefined);
      await waitUntil('the removal, or its wait', isSettled, { deadlineMs: 20_000 });
      return result;
    },
  });
  expect(await replayFrom({ ...context(), db: watched }, SHOP, 0)).toEqual({ events: 1 });
  await removal;
  expect(await listEndpoints(context())).toEqual([]);
  expect(await db.selectFrom('webhook_deliveries').selectAll().execute()).toEqual([]);
});

test('of two rotations at the same time, the secrets of both sign', async () => {
  await register();
  const made = await Promise.all([1, 2].map(() => rotateSecret(context(), SHOP)));
  const row = await db.selectFrom('webhook_endpoints').selectAll().executeTakeFirstOrThrow();
  const signing = [row.secret, row.previous_secret ?? ''].map((each) => seal.open(each, SHOP));
  expect(signing.sort()).toEqual(made.map(({ secret }) => secret).sort());
});

test('two that are registered at the same time do not both take the last place', async () => {
  for (let number = 1; number < MOST_ENDPOINTS; number += 1) await register(`shop-${number}`);
  const ids = ['a', 'b', 'c'];
  // Each has a connection then, and none is a head start.
  await Promise.all(ids.map(() => listEndpoints(context())));
  const asked = await Promise.allSettled(ids.map((id) => register(id)));
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await listEndpoints(context())).toHaveLength(MOST_ENDPOINTS);
});

test('what is not there is neither changed nor told anything', async () => {
  const unknown = { code: 'NOT_FOUND', field: 'endpointId' };
  await expect(switchEndpoint(context(), SHOP, 'active')).rejects.toMatchObject(unknown);
  await expect(rotateSecret(context(), SHOP)).rejects.toMatchObject(unknown);
  await expect(replayFrom(context(), SHOP, 0)).rejects.toMatchObject(unknown);
  await expect(removeEndpoint(context(), SHOP)).rejects.toMatchObject(unknown);
});
