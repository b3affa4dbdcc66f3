// SPDX-License-Identifier: Apache-2.0
// Work whose failure somebody must look at at once, not only when it fails again and again.
import type { JobData, JobKind } from '@fabric-offline-pay/node-common/node';
import type { AlertKind } from '../database/alerts-tables.js';
import type { BankDatabase } from '../database/schema.js';
import type { Alerts } from './alerts.js';

/** Alerts by the codes of errors. */
const ALERTED: Readonly<Record<string, AlertKind>> = {
  HOST_CONTRADICTS: 'hostContradicts',
  KEY_TAKEN: 'hostContradicts',
};

const KINDS = [...new Set(Object.values(ALERTED))];

function alertOf(error: unknown): AlertKind | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && Object.hasOwn(ALERTED, code) ? ALERTED[code] : undefined;
}

export interface AlertingContext {
  readonly db: BankDatabase;
  readonly alerts: Alerts;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** @returns the same jobs. One that fails for such a reason opens an alert, and closes it when it succeeds. */
export function alertingJobs(
  jobs: readonly JobKind[],
  { db, alerts, clock }: AlertingContext,
): JobKind[] {
  const subjectOf = (job: JobKind, data: JobData): string =>
    [job.name, ...Object.values(data).map(String)].join('/');
  const opened = (kind: AlertKind, subject: string): Promise<void> =>
    db.transaction().execute((transaction) => alerts.open(transaction, kind, subject, clock()));
  const closed = (subject: string): Promise<void> =>
    db.transaction().execute(async (transaction) => {
      for (const kind of KINDS) await alerts.close(transaction, kind, subject, clock());
    });
  return jobs.map((job) => ({
    ...job,
    async run(data, signal) {
      try {
        await job.run(data, signal);
      } catch (error) {
        const kind = alertOf(error);
        if (kind !== undefined) await opened(kind, subjectOf(job, data));
        throw error;
      }
      await closed(subjectOf(job, data));
    },
  }));
}
