// SPDX-License-Identifier: Apache-2.0
// What Prometheus is told of webhooks, so that somebody is alerted: endpoints by state, and how long the oldest event waits.
import { Gauge, type Registry } from 'prom-client';
import type { EndpointState } from '../database/schema.js';
import type { WebhookContext } from './context.js';

type Context = Pick<WebhookContext, 'db' | 'clock'>;

const STATES: readonly EndpointState[] = ['active', 'disabled', 'failing'];

async function countEndpoints({ db }: Context, gauge: Gauge<'state'>): Promise<void> {
  const rows = await db
    .selectFrom('webhook_endpoints')
    .select('state')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .groupBy('state')
    .execute();
  for (const state of STATES)
    gauge.set({ state }, rows.find((row) => row.state === state)?.count ?? 0);
}

/** Seconds; 0 when every active endpoint was told everything. */
async function measureWait({ db, clock }: Context, gauge: Gauge): Promise<void> {
  const oldest = await db
    .selectFrom('webhook_deliveries as delivery')
    .innerJoin('webhook_endpoints as endpoint', 'endpoint.endpoint_id', 'delivery.endpoint_id')
    .select(({ fn }) => fn.min('delivery.tried_since').as('since'))
    .where('endpoint.state', '=', 'active')
    .where('delivery.due_at', 'is not', null)
    .executeTakeFirst();
  gauge.set(oldest?.since == null ? 0 : (clock() - oldest.since) / 1000);
}

/** Adds the figures to those of the node; they are counted whenever somebody reads them. */
export function addWebhookFigures(registry: Registry, context: Context): void {
  const registers = [registry];
  new Gauge({
    name: 'offpay_webhook_endpoints',
    help: 'Endpoints by state; `failing`: turned off by itself, and to be repaired by somebody.',
    labelNames: ['state'],
    registers,
    collect() {
      return countEndpoints(context, this);
    },
  });
  new Gauge({
    name: 'offpay_webhook_oldest_seconds',
    help: 'For how long the oldest event that an endpoint refuses has been tried.',
    registers,
    collect() {
      return measureWait(context, this);
    },
  });
}
