// SPDX-License-Identifier: Apache-2.0
// Tells one channel what is new of an alert, as it is now. A repetition has the same id.
import { digestOf } from '@fabric-offline-pay/domain';
import type { JobData, JobKind } from '@fabric-offline-pay/node-common/node';
import type { AlertTable } from '../database/alerts-tables.js';
import type { BankDatabase } from '../database/schema.js';
import { shownAlert, type AlertNews } from './alert.js';
import { OF_LEDGER, TELL_ALERT } from './alerts.js';
import type { AlertChannel } from './channels/alert-channel.js';

const findAlert = (
  db: BankDatabase,
  { kind, subject, number }: JobData,
): Promise<AlertTable | undefined> =>
  db
    .selectFrom('alerts')
    .selectAll()
    .where('kind', '=', kind as AlertTable['kind'])
    .where('subject', '=', String(subject))
    .where('number', '=', Number(number))
    .executeTakeFirst();

/** What ended so long ago on the ledger is no news, as when it is read from its first block. */
const NO_NEWS_MS = 24 * 3_600_000;

/**
 * Whether an operator still has to know: nobody is woken by what has passed. That somebody looks at it, or that the node finds it over, is
 * news however late: whoever was told of the alert waits for it, and no clock that is ahead for a moment may keep it back.
 */
const IS_NEWS: Readonly<Record<AlertNews, (alert: AlertTable, now: number) => boolean>> = {
  opened: ({ closed_at }) => closed_at === null,
  escalated: ({ closed_at, acknowledged_at }) => closed_at === null && acknowledged_at === null,
  acknowledged: () => true,
  closed: ({ kind, closed_at }, now) => !OF_LEDGER.has(kind) || now - (closed_at ?? 0) < NO_NEWS_MS,
};

export interface TellContext {
  readonly db: BankDatabase;
  readonly channels: readonly AlertChannel[];
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

const ID_DIGITS = 40;

/** @returns the kinds of work; the key of a job is the alert's id, what is new, and the channel */
export const tellAlertJobs = (context: TellContext): JobKind[] =>
  Object.values(TELL_ALERT).map((kind) => ({ ...kind, atOnce: 2, run: telling(context) }));

/** By the channel that a job names: what was asked for before waits under one name for both. */
const telling =
  ({ db, channels, clock }: TellContext): JobKind['run'] =>
  async (data: JobData, signal: AbortSignal) => {
    const channel = channels.find(({ name }) => name === data['channel']);
    const row = await findAlert(db, data);
    const news = data['news'] as AlertNews;
    if (channel === undefined || row === undefined || !IS_NEWS[news](row, clock())) return;
    const alert = shownAlert(row);
    const id = `alert-${digestOf(`${alert.alertId}/${news}`).slice(0, ID_DIGITS)}`;
    await channel.send({ id, news, alert }, signal);
  };
