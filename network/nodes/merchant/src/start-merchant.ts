// SPDX-License-Identifier: Apache-2.0
// Builds the merchant's node from its configuration, and starts it.
import {
  startNode,
  type AnyDatabase,
  type BlockSource,
  type NodeBase,
  type NodeOptions,
  type NodeParts,
  type RunningNode,
  type SqlEngine,
} from '@fabric-offline-pay/node-common/node';
import type { Client } from '@fabric-offline-pay/sdk';
import type { Logger } from 'pino';
import { HANDLERS } from './api/handlers.js';
import { MERCHANT_API, type OperationTable } from './api/operations.js';
import type { MerchantConfig } from './config.js';
import type { CallContext, MerchantContext } from './context.js';
import { MIGRATIONS } from './database/migrations.js';
import type { MerchantTables } from './database/schema.js';
import { forgetEvidenceJob } from './disputes/forget-evidence.js';
import { noteEvent } from './events/note-event.js';
import { forgetAnswersJob } from './forget-answers.js';
import { projectionsOf } from './followed/projections.js';
import { defaultBackoff, type Backoff } from './webhooks/backoff.js';
import type { WebhookContext, WebhookObserver } from './webhooks/context.js';
import { addWebhookFigures } from './webhooks/figures.js';
import {
  deliverJob,
  DELIVER_WEBHOOKS,
  dueWebhooksJob,
  forgetDeliveriesJob,
} from './webhooks/jobs.js';
import { openPoster } from './webhooks/post.js';
import { Seal } from './webhooks/seal.js';
import { sealingKey } from './webhooks/sealing-key.js';

export interface MerchantParts {
  /** With the certificate of a cashier. */
  readonly client: Client;
  readonly blocks: BlockSource;
  readonly logger: Logger;
  /** Asks the organisation's peer anything: the node is ready only when it answers. */
  readonly askPeer?: () => Promise<unknown>;
  /** The number of blocks on the ledger now: until there a rebuild reads. */
  readonly height?: () => Promise<bigint>;
  /** Called when the ledger can no longer be followed. */
  readonly onEnd?: (error: unknown) => void;
  /** Default: what the configuration says. */
  readonly engine?: SqlEngine;
  /** Default: seconds to hours. */
  readonly backoff?: Backoff;
}

type Base = NodeBase<MerchantTables>;
type Ask = (db: AnyDatabase, endpointId: string) => Promise<void>;

/** A call answers after this, also when the tables do not have what it wrote: it stands on the ledger. */
const REACHED_MS = 5_000;

/** What a person must look at, on the log of whoever operates the node. */
const observerOf = (logger: Logger): WebhookObserver => ({
  endpointFailing: (facts) => logger.error({ code: 'WEBHOOK_FAILING', ...facts }, 'endpoint off'),
  eventGivenUp: (facts) => logger.error({ code: 'WEBHOOK_GIVEN_UP', ...facts }, 'event given up'),
});

const reachedWith =
  ({ work }: Base) =>
  (block: bigint): Promise<void> =>
    work.reached(block, AbortSignal.timeout(REACHED_MS)).catch(() => undefined);

function partsOf(
  config: MerchantConfig,
  { client, logger, askPeer, backoff = defaultBackoff() }: MerchantParts,
  base: Base,
): NodeParts<MerchantTables, OperationTable, CallContext> {
  const { reach, timeoutMs, giveUpSeconds } = config.webhooks;
  const { db, clock, work } = base;
  const poster = openPoster({ reach, timeoutMs });
  const seal = new Seal(sealingKey(config.keyFile));
  const ask: Ask = (transaction, endpointId) =>
    work.ask(transaction, DELIVER_WEBHOOKS, endpointId, { endpointId });
  const webhooks: WebhookContext = {
    ...{ db, clock, seal, backoff, post: poster.post, observer: observerOf(logger) },
    giveUpMs: giveUpSeconds * 1000,
  };
  addWebhookFigures(base.metrics.registry, webhooks);
  const { evidenceSeconds } = config;
  const context: MerchantContext = {
    ...{ db, clock, seal, reach, ask, client, evidenceSeconds },
    reached: reachedWith(base),
  };
  return {
    projections: projectionsOf(config.ledger.mspId, noteEvent(clock, ask)),
    jobs: [
      deliverJob(webhooks, ask),
      dueWebhooksJob(webhooks, ask),
      forgetDeliveriesJob(webhooks),
      forgetEvidenceJob(context),
      forgetAnswersJob(context),
    ],
    api: MERCHANT_API,
    handlers: HANDLERS,
    contextOf: (caller) => ({ ...context, caller }),
    ...(askPeer !== undefined && { links: { ledger: askPeer } }),
    close: () => {
      poster.close();
      return Promise.resolve();
    },
  };
}

/** The node, as it is started or rebuilt. */
export const merchantNode = (
  config: MerchantConfig,
  parts: MerchantParts,
): NodeOptions<MerchantTables, OperationTable, CallContext> => {
  const { logger, blocks, height, onEnd, engine } = parts;
  return {
    name: 'merchant',
    ...{ config, migrations: MIGRATIONS, logger, blocks, height, onEnd, engine },
    build: (base) => partsOf(config, parts, base),
  };
};

/** @throws when a part cannot start; nothing stays open. */
export const startMerchant = (config: MerchantConfig, parts: MerchantParts): Promise<RunningNode> =>
  startNode(merchantNode(config, parts));
