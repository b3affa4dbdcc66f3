// SPDX-License-Identifier: Apache-2.0
// Alerts operators (unit 16): of alarms on the ledger, and of what the node cannot do by itself.
import type { WorkParts } from '@fabric-offline-pay/node-common/node';
import type { BankTables } from '../database/schema.js';
import type { Alerts } from './alerts.js';
import type { AlertChannel } from './channels/alert-channel.js';
import { LedgerAlarms } from './ledger-alarms.js';
import { tellAlertJobs } from './tell-alert.js';
import { watchJob, type WatchContext } from './watch.js';

export interface AlertContext extends WatchContext {
  readonly alerts: Alerts;
  /** The same that `alerts` was made with. */
  readonly channels: readonly AlertChannel[];
}

/** @param bankId whose operators are alerted */
export function alertWork(context: AlertContext, bankId: string): WorkParts<BankTables> {
  const { alerts } = context;
  return {
    projections: [new LedgerAlarms(bankId, alerts)],
    jobs: [...tellAlertJobs(context), watchJob(context, alerts)],
  };
}
