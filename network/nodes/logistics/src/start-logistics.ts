// SPDX-License-Identifier: Apache-2.0
// Builds the logistics company's node from its configuration, and starts it.
import {
  readSecret,
  startNode,
  type BlockSource,
  type DatabasePlace,
  type NodeBase,
  type NodeOptions,
  type NodeParts,
  type RunningNode,
} from '@fabric-offline-pay/node-common/node';
import type { Logger } from 'pino';
import type { Alerts } from './alerts/alerts.js';
import { LogAlerts } from './alerts/log-alerts.js';
import { WebhookAlerts } from './alerts/webhook-alerts.js';
import { handlers } from './api/handlers.js';
import { LOGISTICS_API, type OperationTable } from './api/logistics-api.js';
import type { LogisticsConfig } from './config.js';
import { LOGISTICS_ROLES, type CallContext, type Role } from './context.js';
import { MIGRATIONS, type LogisticsTables } from './database/schema.js';
import { guardedLedger } from './guarded-ledger.js';
import type { LogisticsLedger } from './ledger.js';
import { contextOn, logisticsWork } from './logistics-work.js';
import { NodeError } from '@fabric-offline-pay/node-common/client';

export interface LogisticsParts {
  /** With a dispatcher's certificate. */
  readonly ledger: LogisticsLedger;
  readonly blocks: BlockSource;
  readonly logger: Logger;
  /** Called when the ledger can no longer be followed. */
  readonly onEnd?: (error: unknown) => void;
  /** Default: what the configuration says. */
  readonly place?: DatabasePlace;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

const alertsOf = ({ alertUrlFile }: LogisticsConfig, logger: Logger): Alerts =>
  alertUrlFile === undefined ? new LogAlerts(logger) : new WebhookAlerts(readSecret(alertUrlFile));

const isRole = (text: string): text is Role => LOGISTICS_ROLES.some((role) => role === text);

function partsOf(
  config: LogisticsConfig,
  { ledger }: LogisticsParts,
  { db, work, logger, clock }: NodeBase<LogisticsTables>,
): NodeParts<LogisticsTables, OperationTable, CallContext> {
  const { actor: logisticsId, mspId } = config.ledger;
  const node = contextOn(
    {
      db,
      ledger: guardedLedger(ledger),
      clock: () => Math.floor(clock() / 1000),
      rules: { ...config.rules, logisticsId, mspId },
      alerts: alertsOf(config, logger),
    },
    work,
  );
  return {
    ...logisticsWork(node),
    api: LOGISTICS_API,
    handlers,
    contextOf: ({ name, role }) => {
      if (!isRole(role)) throw new NodeError('ACCESS_DENIED');
      return { node, caller: { name, role } };
    },
  };
}

/** The node, as it is started or rebuilt. */
export const logisticsNode = (
  config: LogisticsConfig,
  parts: LogisticsParts,
): NodeOptions<LogisticsTables, OperationTable, CallContext> => ({
  name: 'logistics',
  config,
  migrations: MIGRATIONS,
  ...parts,
  build: (base) => partsOf(config, parts, base),
});

/** @throws when a part cannot start; nothing stays open. */
export const startLogistics = (
  config: LogisticsConfig,
  parts: LogisticsParts,
): Promise<RunningNode> => startNode(logisticsNode(config, parts));
