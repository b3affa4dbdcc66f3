// SPDX-License-Identifier: Apache-2.0
// Each minute: what fails again and again, who gets no more codes, which passkeys seem to be copied, and which alerts nobody looks at.
import type { FailingJob, JobKind, Work } from '@fabric-offline-pay/node-common/node';
import type { BankDatabase, BankTables } from '../database/schema.js';
import type { AuthenticationLimits } from '../limits.js';
import { suspendedPasskeys } from '../passkeys/passkey-store.js';
import type { Alerts } from './alerts.js';

export interface WatchContext {
  readonly db: BankDatabase;
  readonly work: Pick<Work<BankTables>, 'wake' | 'failingJobs'>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly limits: Pick<AuthenticationLimits, 'unusedCodes' | 'windowSeconds'>;
  readonly escalateAfterSeconds: number;
  /** So often must work fail in a row before somebody is alerted; 8 unless told, about four minutes. */
  readonly failedAttempts?: number;
}

const FAILED_ATTEMPTS = 8;

/** Alerts of one look. Whoever makes more customers reach their cap is noticed by these. */
const MOST_CAPPED = 50;

async function cappedCustomers({ db, clock, limits }: WatchContext): Promise<string[]> {
  const rows = await db
    .selectFrom('codes')
    .select('customer_id')
    .where('used_at', 'is', null)
    .where('created_at', '>', clock() - limits.windowSeconds * 1000)
    .groupBy('customer_id')
    .having((group) => group.fn.countAll(), '>=', limits.unusedCodes)
    .orderBy('customer_id')
    .limit(MOST_CAPPED)
    .execute();
  return rows.map(({ customer_id }) => customer_id);
}

/** Looks once. */
export async function watch(context: WatchContext, alerts: Alerts): Promise<void> {
  const { db, work, clock, escalateAfterSeconds, failedAttempts = FAILED_ATTEMPTS } = context;
  const now = clock();
  const failing = await work.failingJobs(failedAttempts);
  const capped = await cappedCustomers(context);
  await db.transaction().execute(async (transaction) => {
    await alerts.keep(transaction, 'failingJob', failing.map(nameOf), now);
    await alerts.keep(transaction, 'cappedCodes', capped, now);
    await alerts.keep(transaction, 'copiedPasskey', await suspendedPasskeys(transaction), now);
    await alerts.escalate(transaction, now - escalateAfterSeconds * 1000, now);
  });
  work.wake();
}

const nameOf = ({ name }: FailingJob): string => name;

export const watchJob = (context: WatchContext, alerts: Alerts): JobKind => ({
  name: 'watch-for-alerts',
  schedule: '* * * * *',
  run: () => watch(context, alerts),
});
