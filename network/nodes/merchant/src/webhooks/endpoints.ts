// SPDX-License-Identifier: Apache-2.0
// Endpoints: where a shop wants to be told, of what, and by which secret it recognises us.
import { isEndpointUrl, newSecret, type Reach } from '@fabric-offline-pay/node-common/node';
import { sql, type Selectable } from 'kysely';
import type {
  EndpointState,
  MerchantTransaction,
  WebhookEndpointTable,
} from '../database/schema.js';
import type { EventType } from '../events/event-types.js';
import { refuse } from '../merchant-error.js';
import type { WebhookContext } from './context.js';

export interface EndpointsContext extends Pick<WebhookContext, 'db' | 'clock' | 'seal'> {
  readonly reach: Reach;
  /** Asks for the endpoint to be told what waits for it. */
  readonly ask: (db: WebhookContext['db'], endpointId: string) => Promise<void>;
}

/** An endpoint, as its owner sees it. Its secret is shown when it is made, and never again. */
export interface Endpoint {
  readonly endpointId: string;
  readonly url: string;
  /** Empty: all. */
  readonly types: EventType[];
  readonly state: EndpointState;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Events that were not accepted yet. */
  readonly waiting: number;
  /** Why the first of them was not: status of the answer, or what went wrong. Null when none was refused. */
  readonly problem: string | null;
}

export interface Registered {
  readonly endpointId: string;
  /** `whsec_…` */
  readonly secret: string;
}

export const DEFAULT_OVERLAP_SECONDS = 24 * 3_600;
export const LONGEST_OVERLAP_SECONDS = 30 * 24 * 3_600;

type Waiting = Pick<Endpoint, 'waiting' | 'problem'>;

const shown = (row: Selectable<WebhookEndpointTable>, waiting: Waiting): Endpoint => ({
  endpointId: row.endpoint_id,
  url: row.url,
  types: JSON.parse(row.types) as EventType[],
  state: row.state,
  createdAt: row.created_at,
  ...waiting,
});

async function waitingOf({ db }: EndpointsContext, endpointId: string): Promise<Waiting> {
  const waiting = db
    .selectFrom('webhook_deliveries')
    .where('endpoint_id', '=', endpointId)
    .where('due_at', 'is not', null);
  const { count } = await waiting
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const refused = await waiting
    .select('last_result')
    .where('last_result', 'is not', null)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst();
  return { waiting: count, problem: refused?.last_result ?? null };
}

export async function listEndpoints(context: EndpointsContext): Promise<Endpoint[]> {
  const rows = await context.db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .orderBy('created_at')
    .orderBy('endpoint_id')
    .execute();
  const endpoints: Endpoint[] = [];
  for (const row of rows) endpoints.push(shown(row, await waitingOf(context, row.endpoint_id)));
  return endpoints;
}

/** Where to tell what. */
export interface Registration {
  readonly endpointId: string;
  readonly url: string;
  /** Empty: all. */
  readonly types: readonly EventType[];
}

/** Each event is noted for each of them, in the database transaction of its block. */
export const MOST_ENDPOINTS = 20;

async function ensureRoom(db: MerchantTransaction): Promise<void> {
  // Two registrations at the same time would both take the last place.
  await sql`lock table webhook_endpoints in share row exclusive mode`.execute(db);
  const { count } = await db
    .selectFrom('webhook_endpoints')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  if (count >= MOST_ENDPOINTS) refuse('TOO_MANY_ENDPOINTS');
}

/** @throws {MerchantError} ENDPOINT_REFUSED when webhooks may not go there; TOO_MANY_ENDPOINTS; ENDPOINT_EXISTS */
export async function registerEndpoint(
  { db, clock, seal, reach }: EndpointsContext,
  { endpointId, url, types }: Registration,
): Promise<Registered> {
  if (!isEndpointUrl(reach, url)) refuse('ENDPOINT_REFUSED', 'url');
  const secret = newSecret();
  await db.transaction().execute(async (transaction) => {
    await ensureRoom(transaction);
    const inserted = await transaction
      .insertInto('webhook_endpoints')
      .values({
        endpoint_id: endpointId,
        url,
        types: JSON.stringify(types),
        state: 'active',
        secret: seal.close(secret, endpointId),
        previous_secret: null,
        previous_until: null,
        rotated_at: null,
        created_at: clock(),
        run_id: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('endpoint_id')
      .executeTakeFirst();
    if (inserted === undefined) refuse('ENDPOINT_EXISTS', 'endpointId');
  });
  return { endpointId, secret };
}

const ensureFound = <Row>(row: Row | undefined): Row => row ?? refuse('NOT_FOUND', 'endpointId');

/**
 * Turns an endpoint on or off. What happens while it is off waits for it.
 * @throws {MerchantError} NOT_FOUND
 */
export async function switchEndpoint(
  { db, clock, ask }: EndpointsContext,
  endpointId: string,
  state: 'active' | 'disabled',
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const switched = await transaction
      .updateTable('webhook_endpoints')
      .set({ state })
      .where('endpoint_id', '=', endpointId)
      .returning('endpoint_id')
      .executeTakeFirst();
    ensureFound(switched);
    if (state === 'disabled') return;
    await transaction
      .updateTable('webhook_deliveries')
      .set({ due_at: clock(), tried_since: null, attempts: 0 })
      .where('endpoint_id', '=', endpointId)
      .where('due_at', 'is not', null)
      .execute();
    await ask(transaction, endpointId);
  });
}

/** Forgets the endpoint and what waits for it. @throws {MerchantError} NOT_FOUND */
export async function removeEndpoint({ db }: EndpointsContext, endpointId: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    // It waits for blocks and replays that note something for the endpoint, whose deliveries are there then.
    const removed = await transaction
      .deleteFrom('webhook_endpoints')
      .where('endpoint_id', '=', endpointId)
      .returning('endpoint_id')
      .executeTakeFirst();
    ensureFound(removed);
    await transaction
      .deleteFrom('webhook_deliveries')
      .where('endpoint_id', '=', endpointId)
      .execute();
  });
}

/**
 * Makes a new secret. The old one signs beside it for the overlap, so that receivers can change without missing anything.
 * @throws {MerchantError} NOT_FOUND
 */
export async function rotateSecret(
  { db, clock, seal }: EndpointsContext,
  endpointId: string,
  overlapSeconds = DEFAULT_OVERLAP_SECONDS,
): Promise<Registered> {
  const secret = newSecret();
  const now = clock();
  // The row's own secret as it is when it changes: of two rotations at the same time, the second one replaces what the first one made.
  const rotated = await db
    .updateTable('webhook_endpoints')
    .set((row) => ({
      secret: seal.close(secret, endpointId),
      previous_secret: row.ref('secret'),
      previous_until: now + overlapSeconds * 1000,
      rotated_at: now,
    }))
    .where('endpoint_id', '=', endpointId)
    .returning('endpoint_id')
    .executeTakeFirst();
  ensureFound(rotated);
  return { endpointId, secret };
}

/** @returns the types that it wants. It is not removed until the transaction has ended, so that what is noted for it goes with it. */
async function typesOf(db: MerchantTransaction, endpointId: string): Promise<readonly string[]> {
  const endpoint = await db
    .selectFrom('webhook_endpoints')
    .select('types')
    .where('endpoint_id', '=', endpointId)
    .forKeyShare()
    .executeTakeFirst();
  return JSON.parse(ensureFound(endpoint).types) as readonly string[];
}

/**
 * Tells everything again that happened from an instant on, in its order.
 * @param from seconds since 1970, by the ledger's time
 * @returns how many events
 * @throws {MerchantError} NOT_FOUND
 */
export async function replayFrom(
  { db, clock, ask }: EndpointsContext,
  endpointId: string,
  from: number,
): Promise<{ readonly events: number }> {
  return db.transaction().execute(async (transaction) => {
    const chosen = await typesOf(transaction, endpointId);
    const due = { attempts: 0, tried_since: null, due_at: clock(), delivered_at: null };
    const told = await transaction
      .insertInto('webhook_deliveries')
      .columns(['endpoint_id', 'seq', 'subject', 'attempts', 'due_at'])
      .expression((insert) =>
        insert
          .selectFrom('webhook_events')
          .select([
            sql<string>`${endpointId}::text`.as('endpoint_id'),
            'seq',
            'subject',
            sql<number>`0`.as('attempts'),
            sql<number>`${due.due_at}::bigint`.as('due_at'),
          ])
          .where('at', '>=', from)
          .$if(chosen.length > 0, (events) => events.where('type', 'in', chosen)),
      )
      .onConflict((conflict) => conflict.columns(['endpoint_id', 'seq']).doUpdateSet(due))
      .executeTakeFirst();
    await ask(transaction, endpointId);
    return { events: Number(told.numInsertedOrUpdatedRows ?? 0n) };
  });
}
