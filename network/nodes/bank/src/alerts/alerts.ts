// SPDX-License-Identifier: Apache-2.0
// Opens and closes alerts. What is to be told of one is asked for in the same transaction, once for each channel.
import type { JobKind, Work } from '@fabric-offline-pay/node-common/node';
import { sql, type Transaction } from 'kysely';
import type { AlertKind, AlertTable } from '../database/alerts-tables.js';
import type { BankTables } from '../database/schema.js';
import { alertIdOf, type AlertKey, type AlertName, type AlertNews } from './alert.js';
import type { AlertChannel } from './channels/alert-channel.js';
import { lastsFor } from './lasts-for.js';

type Tables = Transaction<BankTables>;

/**
 * Tells one channel what is new of an alert. A kind of work for each channel: one whose receiver says nothing does not hold the other, which
 * may be how an operator learns of it.
 */
export const TELL_ALERT = {
  webhook: { name: 'tell-alert' },
  mail: { name: 'tell-alert-mail' },
} as const satisfies Readonly<Record<AlertChannel['name'], Pick<JobKind, 'name'>>>;

const findNewest = (
  db: Tables,
  kind: AlertKind,
  subject: string,
): Promise<AlertTable | undefined> =>
  db
    .selectFrom('alerts')
    .selectAll()
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();

/**
 * Kinds whose times are those of the ledger. It is read again, and tells then of what ended long ago. Of the other kinds, presence decides
 * alone: whoever opens or closes one has looked just now, and a time beside it may be of a clock that was ahead for a moment.
 */
export const OF_LEDGER: ReadonlySet<AlertKind> = new Set(['alarm']);

const isKnown = ({ kind, closed_at }: AlertTable, at: number): boolean =>
  closed_at === null || (OF_LEDGER.has(kind) && at <= closed_at);

/** Any number that nobody else uses in this database. */
const CHANGES_LOCK = 7_461_203;

/** Of the next change. Locked, so that numbers are in the order of the commits: whoever reads them misses none. */
const nextChange = sql<number>`nextval('alert_changes')`;

const lockChanges = (db: Tables): Promise<unknown> =>
  sql`select pg_advisory_xact_lock(${CHANGES_LOCK})`.execute(db);

export class Alerts {
  readonly #work: Pick<Work<BankTables>, 'ask'>;
  readonly #channels: readonly AlertChannel[];

  constructor(work: Pick<Work<BankTables>, 'ask'>, channels: readonly AlertChannel[]) {
    this.#work = work;
    this.#channels = channels;
  }

  /** One that is open stays as it is. @param at milliseconds since 1970 */
  async open(db: Tables, kind: AlertKind, subject: string, at: number): Promise<void> {
    const newest = await findNewest(db, kind, subject);
    if (newest !== undefined && isKnown(newest, at)) return;
    await lockChanges(db);
    const key = { kind, subject, number: (newest?.number ?? 0) + 1 };
    const nothing = { acknowledged_by: null, acknowledged_at: null, escalated_at: null };
    const opened = await db
      .insertInto('alerts')
      .values({ ...key, opened_at: at, ...nothing, closed_at: null })
      .onConflict((conflict) => conflict.doNothing())
      .returning('number')
      .executeTakeFirst();
    if (opened !== undefined) await this.#tell(db, key, 'opened');
  }

  /** What is not open stays as it is. @param at milliseconds since 1970 */
  async close(db: Tables, kind: AlertKind, subject: string, at: number): Promise<void> {
    if ((await findNewest(db, kind, subject))?.closed_at !== null) return;
    await lockChanges(db);
    const closed = await db
      .updateTable('alerts')
      .set({ closed_at: at, change: nextChange })
      .where('kind', '=', kind)
      .where('subject', '=', subject)
      .where('closed_at', 'is', null)
      .$if(OF_LEDGER.has(kind), (query) => query.where('opened_at', '<=', at))
      .returning(['kind', 'subject', 'number'])
      .execute();
    for (const key of closed) await this.#tell(db, key, 'closed');
  }

  /** These of a kind are wrong now, and no others. */
  async keep(db: Tables, kind: AlertKind, subjects: readonly string[], at: number): Promise<void> {
    const open = await db
      .selectFrom('alerts')
      .select('subject')
      .where('kind', '=', kind)
      .where('closed_at', 'is', null)
      .execute();
    for (const { subject } of open)
      if (!subjects.includes(subject)) await this.close(db, kind, subject, at);
    for (const subject of subjects) await this.open(db, kind, subject, at);
  }

  /**
   * Notes that an operator looks at it, and so that nobody else is asked to. The first one counts.
   * @returns undefined when there is no such alert
   */
  async acknowledge(
    db: Tables,
    { kind, subject, number }: AlertName,
    operator: string,
    at: number,
  ): Promise<AlertTable | undefined> {
    await lockChanges(db);
    const found = await db
      .selectFrom('alerts')
      .selectAll()
      .where('kind', '=', kind as AlertKind)
      .where('subject', '=', subject)
      .where('number', '=', number)
      .forUpdate()
      .executeTakeFirst();
    if (found === undefined || found.acknowledged_at !== null) return found;
    const acknowledged = { acknowledged_by: operator, acknowledged_at: at };
    await db
      .updateTable('alerts')
      .set({ ...acknowledged, change: nextChange })
      .where('kind', '=', found.kind)
      .where('subject', '=', found.subject)
      .where('number', '=', found.number)
      .execute();
    await this.#tell(db, found, 'acknowledged');
    return { ...found, ...acknowledged };
  }

  /** Those that nobody has looked at for so long. @param at milliseconds since 1970 */
  async escalate(db: Tables, afterMs: number, at: number): Promise<void> {
    await lockChanges(db);
    const escalated = await db
      .updateTable('alerts')
      .set({ escalated_at: at, change: nextChange })
      .where('closed_at', 'is', null)
      .where('acknowledged_at', 'is', null)
      .where('escalated_at', 'is', null)
      .where(lastsFor('opened_at', afterMs, at))
      .returning(['kind', 'subject', 'number'])
      .execute();
    for (const key of escalated) await this.#tell(db, key, 'escalated');
  }

  /** Asks for each channel that tells such news. */
  async #tell(db: Tables, key: AlertKey, news: AlertNews): Promise<void> {
    const { kind, subject, number } = key;
    for (const { name: channel, tells } of this.#channels)
      if (tells.includes(news))
        await this.#work.ask(db, TELL_ALERT[channel], `${alertIdOf(key)}/${news}/${channel}`, {
          ...{ kind, subject, number },
          ...{ news, channel },
        });
  }
}
