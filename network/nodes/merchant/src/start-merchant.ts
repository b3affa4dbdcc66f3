// SPDX-License-Identifier: Apache-2.0
// Builds the merchant's node from its configuration, and starts it.
import {
  openPoster,
  startNode,
  type AnyDatabase,
  type BlockSource,
  type DatabasePlace,
  type NodeBase,
  type NodeOptions,
  type NodeParts,
  type RunningNode,
} from '@fabric-offline-pay/node-common/node';
import { NodeError } from '@fabric-offline-pay/node-common/client';
import type { Client } from '@fabric-offline-pay/sdk';
import type { Logger } from 'pino';
import { REPORT_TO_AUDITOR, reportJob } from './auditing/report.js';
import { HANDLERS } from './api/handlers.js';
import { MERCHANT_API, type OperationTable } from './api/operations.js';
import type { MerchantConfig } from './config.js';
import type { CallContext, Caller, MerchantContext } from './context.js';
import { MIGRATIONS } from './database/migrations.js';
import type { MerchantTables } from './database/schema.js';
import { forgetEvidenceJob } from './disputes/forget-evidence.js';
import { noteEvent } from './events/note-event.js';
import { projectionsOf } from './followed/projections.js';
import { merchantMadeFiles } from './setting-files.js';
import { defaultBackoff, type Backoff } from './webhooks/backoff.js';
import type { WebhookContext, WebhookObserver } from './webhooks/context.js';
import { addWebhookFigures } from './webhooks/figures.js';
import {
  deliverJob,
  DELIVER_WEBHOOKS,
  dueWebhooksJob,
  forgetDeliveriesJob,
} from './webhooks/jobs.js';
import { Seal } from './webhooks/seal.js';
import { sealingKey } from './webhooks/sealing-key.js';

export interface MerchantParts {
  /** With the certificate of a cashier of the node's own merchant. */
  readonly client: Client;
  /** The same for further merchants of the organisation; undefined for a merchant that the node does not serve. */
  readonly clientOf?: (merchantId: string) => Client | undefined;
  readonly blocks: BlockSource;
  readonly logger: Logger;
  /** Called when the ledger can no longer be followed. */
  readonly onEnd?: (error: unknown) => void;
  /** Default: what the configuration says. */
  readonly place?: DatabasePlace;
  /** Default: seconds to hours. */
  readonly backoff?: Backoff;
}

type Parts = Pick<MerchantParts, 'client' | 'clientOf'>;

/** @throws {NodeError} ACCESS_DENIED when the node does not write for the caller's merchant */
function clientFor(
  { client, clientOf }: Parts,
  own: string,
  { actor = own }: Pick<Caller, 'actor'>,
): Client {
  const found = actor === own ? client : clientOf?.(actor);
  if (found === undefined) throw new NodeError('ACCESS_DENIED');
  return found;
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
  parts: MerchantParts,
  base: Base,
): NodeParts<MerchantTables, OperationTable, CallContext> {
  const { client, logger, backoff = defaultBackoff() } = parts;
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
  const { evidenceSeconds, auditor } = config;
  const context: MerchantContext = {
    ...{ db, clock, seal, reach, ask, client, evidenceSeconds, mspId: config.ledger.mspId },
    ownMerchant: config.ledger.actor,
    reached: reachedWith(base),
    askReport: auditor && ((transaction) => work.ask(transaction, REPORT_TO_AUDITOR, 'all', {})),
  };
  return {
    projections: projectionsOf(config.ledger.mspId, noteEvent(clock, ask)),
    jobs: [
      deliverJob(webhooks, ask),
      dueWebhooksJob(webhooks, ask),
      forgetDeliveriesJob(webhooks),
      forgetEvidenceJob(context),
      ...(auditor === undefined ? [] : [reportJob({ db, auditor })]),
    ],
    api: MERCHANT_API,
    handlers: HANDLERS,
    contextOf: (caller) => ({
      ...context,
      client: clientFor(parts, config.ledger.actor, caller),
      caller,
    }),
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
  const { logger, blocks, onEnd, place } = parts;
  return {
    name: 'merchant',
    madeFiles: merchantMadeFiles(config),
    ...{ config, migrations: MIGRATIONS, logger, blocks, onEnd, place },
    build: (base) => partsOf(config, parts, base),
  };
};

/** @throws when a part cannot start; nothing stays open. */
export const startMerchant = (config: MerchantConfig, parts: MerchantParts): Promise<RunningNode> =>
  startNode(merchantNode(config, parts));
