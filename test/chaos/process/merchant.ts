// SPDX-License-Identifier: Apache-2.0
// The merchant's node, as its program builds it, with every webhook counted.
import { MIGRATIONS } from '../../../network/nodes/merchant/src/database/migrations.js';
import type { MerchantTables } from '../../../network/nodes/merchant/src/database/schema.js';
import { noteEvent } from '../../../network/nodes/merchant/src/events/note-event.js';
import { projectionsOf } from '../../../network/nodes/merchant/src/followed/projections.js';
import type { WebhookContext } from '../../../network/nodes/merchant/src/webhooks/context.js';
import { registerEndpoint } from '../../../network/nodes/merchant/src/webhooks/endpoints.js';
import {
  DELIVER_WEBHOOKS,
  deliverJob,
  dueWebhooksJob,
} from '../../../network/nodes/merchant/src/webhooks/jobs.js';
import { openPoster } from '../../../network/nodes/common/src/webhooks/post.js';
import { Seal } from '../../../network/nodes/merchant/src/webhooks/seal.js';
import type { MerchantSettings } from '../settings.js';
import type { NodeKind, Surroundings } from './node-in-process.js';

const settingsOf = ({ settings }: Surroundings): MerchantSettings => settings;

const REACH = 'loopback';
const HOUR_MS = 3_600_000;

const sealOf = (surroundings: Surroundings): Seal =>
  new Seal(Buffer.from(settingsOf(surroundings).key, 'base64'));

export const MERCHANT_KIND: NodeKind<MerchantTables> = {
  migrations: MIGRATIONS,

  async seed(db, surroundings) {
    const ask = () => Promise.resolve();
    const context = { db, clock: Date.now, seal: sealOf(surroundings), reach: REACH, ask } as const;
    const { url } = settingsOf(surroundings);
    await registerEndpoint(context, { endpointId: 'shop', url, types: [] });
  },

  build({ db, clock, work }, surroundings) {
    const { crossings } = surroundings;
    const poster = openPoster({ reach: REACH, timeoutMs: 10_000 });
    const context: WebhookContext = {
      ...{ db, clock, seal: sealOf(surroundings), backoff: () => 50, giveUpMs: HOUR_MS },
      post: crossings.function('webhook', poster.post),
      observer: { endpointFailing: () => undefined, eventGivenUp: () => undefined },
    };
    const ask: Parameters<typeof deliverJob>[1] = (transaction, endpointId) =>
      work.ask(transaction, DELIVER_WEBHOOKS, endpointId, { endpointId });
    return {
      parts: {
        projections: projectionsOf(settingsOf(surroundings).mspId, noteEvent(clock, ask)),
        jobs: [deliverJob(context, ask), dueWebhooksJob(context, ask)],
      },
      waiting: async () =>
        (
          await db
            .selectFrom('webhook_deliveries')
            .select('seq')
            .where('due_at', 'is not', null)
            .execute()
        ).length,
      facts: async () =>
        (await db.selectFrom('webhook_events').select('event_id').execute())
          .map((row) => row.event_id)
          .sort(),
      close: () => {
        poster.close();
        return Promise.resolve();
      },
    };
  },
};
