// SPDX-License-Identifier: Apache-2.0
// Each minute: what fails again and again, what waits for a host or a person, which host contradicts itself, which passkeys seem to be
// copied, and which alerts nobody looks at.
import type { FailingJob, JobKind, Work } from '@fabric-offline-pay/node-common/node';
import { dayOf } from '../core-banking/book/post-entry.js';
import type { AlertKind } from '../database/alerts-tables.js';
import type { BankDatabase, BankTables } from '../database/schema.js';
import type { AuthenticationLimits } from '../limits.js';
import { suspendedPasskeys } from '../passkeys/passkey-store.js';
import { dayFrom } from '../reconciliation/days.js';
import { MOST_DAYS } from '../reconciliation/reconciliation-work.js';
import type { Alerts } from './alerts.js';
import { contradictions } from './contradictions.js';
import { lastsFor } from './lasts-for.js';

export interface WatchContext {
  readonly db: BankDatabase;
  readonly work: Pick<Work<BankTables>, 'wake' | 'failingJobs'>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly limits: Pick<AuthenticationLimits, 'unusedCodes' | 'windowSeconds'>;
  readonly escalateAfterSeconds: number;
  /** So often must work fail in a row before somebody is alerted; 8 unless told, about four minutes. */
  readonly failedAttempts?: number;
  /** Hosts that are set up to give no statements, by their adapters: nobody waits for one of theirs. */
  readonly withoutStatements?: readonly string[];
}

const FAILED_ATTEMPTS = 8;

/** Alerts of one kind. Whoever causes more is noticed by these. */
const MOST_SHOWN = 50;

async function cappedCustomers({ db, clock, limits }: WatchContext): Promise<string[]> {
  const rows = await db
    .selectFrom('codes')
    .select('customer_id')
    .where('used_at', 'is', null)
    .where('created_at', '>', clock() - limits.windowSeconds * 1000)
    .groupBy('customer_id')
    .having((group) => group.fn.countAll(), '>=', limits.unusedCodes)
    .orderBy('customer_id')
    .limit(MOST_SHOWN)
    .execute();
  return rows.map(({ customer_id }) => customer_id);
}

/** Host and payee have this long before a person is asked to look. */
const UNANSWERED_MS = 5 * 60_000;

/** What a host has not said, whatever it is about. */
const UNANSWERED: readonly string[] = ['HOST_UNCERTAIN', 'HOST_UNAVAILABLE'];

async function unanswered({ db, clock }: WatchContext): Promise<string[]> {
  const lasts = lastsFor('troubled_at', UNANSWERED_MS, clock());
  const fundings = await db
    .selectFrom('fundings')
    .select(['merchant_id', 'order_number'])
    .where('trouble', 'in', UNANSWERED)
    .where(lasts)
    .orderBy('troubled_at')
    .limit(MOST_SHOWN)
    .execute();
  const payOuts = await db
    .selectFrom('pay_outs')
    .select(['payee_id', 'currency', 'redeem_id'])
    .where('trouble', 'in', UNANSWERED)
    .where(lasts)
    .orderBy('troubled_at')
    .limit(MOST_SHOWN)
    .execute();
  return [
    ...fundings.map((row) => ['funding', row.merchant_id, row.order_number].join('/')),
    ...payOuts.map((row) => ['payOut', row.payee_id, row.currency, row.redeem_id].join('/')),
  ];
}

async function unconfirmed({ db }: WatchContext): Promise<string[]> {
  const rows = await db
    .selectFrom('fundings')
    .select(['merchant_id', 'order_number'])
    .where('trouble', '=', 'AWAITS_CONFIRMATION')
    .orderBy('troubled_at')
    .limit(MOST_SHOWN)
    .execute();
  return rows.map((row) => [row.merchant_id, row.order_number].join('/'));
}

/** Without an account, or refused by the host after the currency has vanished. */
async function waitingPayOuts({ db }: WatchContext): Promise<string[]> {
  const rows = await db
    .selectFrom('pay_outs')
    .select(['payee_id', 'currency', 'redeem_id'])
    .where('reason', 'is not', null)
    .where('state', 'in', ['requested', 'redeemed'])
    .orderBy('number')
    .limit(MOST_SHOWN)
    .execute();
  return rows.map((row) => [row.payee_id, row.currency, row.redeem_id].join('/'));
}

/** A host has so long after the end of a day before a person is asked to look. */
const STATEMENT_MS = 12 * 3_600_000;
const DAY_MS = 86_400_000;

/** Of the days that are still compared, of which there are not many. What is older stays as it is, whatever an operator does. */
async function missingStatements({
  db,
  clock,
  withoutStatements = [],
}: WatchContext): Promise<string[]> {
  const now = clock();
  const rows = await db
    .selectFrom('reconciliations')
    .select(['day', 'missing'])
    .where('missing', '<>', '')
    .where('day', '<=', dayOf(now - STATEMENT_MS - DAY_MS))
    .where('day', '>', dayFrom(dayOf(now), -1 - MOST_DAYS))
    .orderBy('day', 'desc')
    .execute();
  return rows.flatMap(({ day, missing }) =>
    missing
      .split(',')
      .filter((host) => !withoutStatements.includes(host))
      .map((host) => `${host}/${day}`),
  );
}

/** Of the newest statement that no wrong clock made. */
async function shortBacking({ db, clock }: WatchContext): Promise<string[]> {
  const row = await db
    .selectFrom('backing_statements')
    .select('short')
    .where('doubted', '=', false)
    .where('day', '<=', dayOf(clock()))
    .orderBy('day', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined || row.short === '' ? [] : row.short.split(',');
}

/** What is wrong now of each kind that the node looks for. */
const LOOKS = {
  cappedCodes: cappedCustomers,
  copiedPasskey: ({ db }: WatchContext) => suspendedPasskeys(db),
  unansweredHost: unanswered,
  hostContradicts: ({ db }: WatchContext) => contradictions(db, MOST_SHOWN),
  confirmationWaits: unconfirmed,
  payOutWaits: waitingPayOuts,
  missingStatement: missingStatements,
  backingShort: shortBacking,
} as const satisfies Partial<Record<AlertKind, (context: WatchContext) => Promise<string[]>>>;

/** Looks once. */
export async function watch(context: WatchContext, alerts: Alerts): Promise<void> {
  const { db, work, clock, escalateAfterSeconds, failedAttempts = FAILED_ATTEMPTS } = context;
  const now = clock();
  const failing = await work.failingJobs(failedAttempts);
  const found: (readonly [AlertKind, readonly string[]])[] = [['failingJob', failing.map(nameOf)]];
  for (const [kind, look] of Object.entries(LOOKS))
    found.push([kind as AlertKind, await look(context)]);
  await db.transaction().execute(async (transaction) => {
    for (const [kind, subjects] of found) await alerts.keep(transaction, kind, subjects, now);
    await alerts.escalate(transaction, escalateAfterSeconds * 1000, now);
  });
  work.wake();
}

const nameOf = ({ name }: FailingJob): string => name;

export const watchJob = (context: WatchContext, alerts: Alerts): JobKind => ({
  name: 'watch-for-alerts',
  schedule: '* * * * *',
  run: () => watch(context, alerts),
});
