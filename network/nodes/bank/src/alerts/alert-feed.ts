// SPDX-License-Identifier: Apache-2.0
// The alerts for a page: listed, and followed as events. The table says what is new, so that any machine's changes show.
import { setTimeout as wait } from 'node:timers/promises';
import type { EventsFrom, ServerEvent } from '@fabric-offline-pay/node-common/client';
import type { AlertTable } from '../database/alerts-tables.js';
import type { BankDatabase } from '../database/schema.js';
import { shownAlert, type ShownAlert } from './alert.js';

const MOST_SHOWN = 200;

/** @returns the newest first, at most 200 */
export async function listAlerts(
  db: BankDatabase,
  { open }: { readonly open: boolean },
): Promise<ShownAlert[]> {
  const rows = await db
    .selectFrom('alerts')
    .selectAll()
    .$if(open, (query) => query.where('closed_at', 'is', null))
    .orderBy('opened_at', 'desc')
    .orderBy('kind')
    .orderBy('subject')
    .orderBy('number', 'desc')
    .limit(MOST_SHOWN)
    .execute();
  return rows.map(shownAlert);
}

const LOOK_MS = 1_000;

/** Waits; ends early, without an error, when the signal aborts. */
const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  wait(milliseconds, undefined, { signal }).catch(() => undefined);

/** The number of the last change; 0 before the first. */
async function lastChange(db: BankDatabase): Promise<number> {
  const row = await db
    .selectFrom('alerts')
    .select(({ fn }) => fn.max<number | null>('change').as('last'))
    .executeTakeFirst();
  return row?.last ?? 0;
}

const eventOf = (row: AlertTable): ServerEvent => ({
  id: row.change.toString(),
  event: 'alert',
  data: shownAlert(row),
});

/** Each alert that has changed after this, as it is now. */
const changedAfter = (db: BankDatabase, change: number): Promise<AlertTable[]> =>
  db
    .selectFrom('alerts')
    .selectAll()
    .where('change', '>', change)
    .orderBy('change')
    .limit(MOST_SHOWN)
    .execute();

const openUntil = (db: BankDatabase, change: number): Promise<AlertTable[]> =>
  db
    .selectFrom('alerts')
    .selectAll()
    .where('closed_at', 'is', null)
    .where('change', '<=', change)
    .orderBy('change')
    .execute();

/** @returns the change that a caller had last; undefined when it had none, or one that this database does not know */
function changeIn(lastEventId: string | undefined, last: number): number | undefined {
  const change = /^\d{1,15}$/.test(lastEventId ?? '') ? Number(lastEventId) : undefined;
  return change !== undefined && change <= last ? change : undefined;
}

/**
 * Whoever comes for the first time gets the open alerts; whoever was here gets what has changed since. Then each alert whenever it
 * changes, as it is then, until the signal ends it. An event without data says how far the caller is.
 */
export async function* alertEvents(
  db: BankDatabase,
  { lastEventId, signal }: EventsFrom,
  lookMs = LOOK_MS,
): AsyncGenerator<ServerEvent> {
  const last = await lastChange(db);
  const known = changeIn(lastEventId, last);
  if (known === undefined) for (const row of await openUntil(db, last)) yield eventOf(row);
  let change = known ?? last;
  yield { id: change.toString() };
  while (!signal.aborted) {
    const rows = await changedAfter(db, change);
    for (const row of rows) yield eventOf(row);
    change = rows.at(-1)?.change ?? change;
    if (rows.length === 0) await pause(lookMs, signal);
  }
}
