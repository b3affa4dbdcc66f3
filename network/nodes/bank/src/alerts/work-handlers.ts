// SPDX-License-Identifier: Apache-2.0
// Carries out the operations of the node's own work.
import { NodeError, type Handlers } from '@fabric-offline-pay/node-common/client';
import type { Work } from '@fabric-offline-pay/node-common/node';
import type { BankDatabase, BankTables } from '../database/schema.js';
import { setClaimAgreement } from '../settling/claim-agreements.js';
import { alertNameOf, shownAlert } from './alert.js';
import { alertEvents, listAlerts } from './alert-feed.js';
import type { Alerts } from './alerts.js';
import type { WORK_OPERATIONS } from './work-operations.js';

export interface WorkCallContext {
  readonly db: BankDatabase;
  readonly work: Pick<Work<BankTables>, 'ask' | 'wake' | 'jobStates'>;
  readonly alerts: Alerts;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** The name in the caller's certificate. */
  readonly caller: { readonly name: string };
}

export const WORK_HANDLERS: Handlers<typeof WORK_OPERATIONS, WorkCallContext> = {
  listAlerts: ({ db }, { open }) => listAlerts(db, { open: open === 'true' }),
  followAlerts: ({ db }) => Promise.resolve((from) => alertEvents(db, from)),
  async acknowledgeAlert({ db, work, alerts, clock, caller }, { alertId }) {
    const name = alertNameOf(alertId);
    if (name === undefined) throw new NodeError('NOT_FOUND', 'alertId');
    const alert = await db
      .transaction()
      .execute((transaction) => alerts.acknowledge(transaction, name, caller.name, clock()));
    work.wake();
    if (alert === undefined) throw new NodeError('NOT_FOUND', 'alertId');
    return shownAlert(alert);
  },
  listJobs: ({ work }) => work.jobStates(),
  async setClaimAgreement({ db, work }, agreement) {
    await setClaimAgreement(db, work, agreement);
    return agreement;
  },
};
