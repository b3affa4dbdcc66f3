// SPDX-License-Identifier: Apache-2.0
// The alerts for a page: listed, and followed as server-sent events. The table says what is new, so that any machine's changes show.
import { setTimeout as wait } from 'node:timers/promises';
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

/** The open alerts now, and again whenever they have changed, until the signal ends it. */
export async function* followAlerts(
  db: BankDatabase,
  signal: AbortSignal,
  lookMs = LOOK_MS,
): AsyncGenerator<readonly ShownAlert[]> {
  let last = '';
  while (!signal.aborted) {
    const alerts = await listAlerts(db, { open: true });
    const text = JSON.stringify(alerts);
    if (text !== last) yield alerts;
    last = text;
    await pause(lookMs, signal);
  }
}

/** The same as the body of a `text/event-stream`: events `alerts`, each with the whole list as JSON. */
export async function* alertEvents(
  db: BankDatabase,
  signal: AbortSignal,
  lookMs = LOOK_MS,
): AsyncGenerator<string> {
  for await (const alerts of followAlerts(db, signal, lookMs))
    yield `event: alerts\ndata: ${JSON.stringify(alerts)}\n\n`;
}
