// SPDX-License-Identifier: Apache-2.0
// The work of telling endpoints: one run at a time for each, asked for by events and by the clock.
import type { JobData, JobKind } from '@fabric-offline-pay/node-common/node';
import type { MerchantDatabase } from '../database/schema.js';
import type { WebhookContext } from './context.js';
import { deliverDue } from './deliver.js';
import { bringBack } from './wrong-clock.js';

/** Its key is the endpoint's id. */
export const DELIVER_WEBHOOKS = { name: 'deliver-webhooks' } as const;

/** Asks for a run under the endpoint's id. */
type Ask = (db: MerchantDatabase, endpointId: string) => Promise<void>;

export const deliverJob = (context: WebhookContext, ask: Ask): JobKind => ({
  ...DELIVER_WEBHOOKS,
  atOnce: 4,
  run: async ({ endpointId }: JobData, signal) => {
    const id = String(endpointId);
    if (await deliverDue(context, id, signal)) await ask(context.db, id);
  },
});

/** What waited for its next attempt, or for a node that was off. */
export const dueWebhooksJob = (context: WebhookContext, ask: Ask): JobKind => ({
  name: 'due-webhooks',
  schedule: '* * * * *',
  run: async () => {
    const { db } = context;
    const now = context.clock();
    await bringBack(db, now);
    const endpoints = await db
      .selectFrom('webhook_endpoints')
      .select('endpoint_id')
      .where('state', '=', 'active')
      .where((endpoint) =>
        endpoint.exists(
          endpoint
            .selectFrom('webhook_deliveries')
            .select('seq')
            .whereRef('webhook_deliveries.endpoint_id', '=', 'webhook_endpoints.endpoint_id')
            .where('due_at', '<=', now),
        ),
      )
      .execute();
    for (const { endpoint_id } of endpoints) await ask(db, endpoint_id);
  },
});

/** Events that everybody accepted are kept so long, for a replay. */
const KEPT_MS = 90 * 24 * 3_600_000;

/** Deletes deliveries that ended long ago. The events stay: they are what a rebuild must not tell again. */
export const forgetDeliveriesJob = ({ db, clock }: WebhookContext): JobKind => ({
  name: 'forget-webhook-deliveries',
  schedule: '17 3 * * *',
  run: async () => {
    await db
      .deleteFrom('webhook_deliveries')
      .where('due_at', 'is', null)
      .where('delivered_at', '<', clock() - KEPT_MS)
      .execute();
  },
});
