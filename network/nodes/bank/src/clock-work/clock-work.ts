// SPDX-License-Identifier: Apache-2.0
// What the clock makes due for the bank: ends of holds, releases, returns, disputes, debts, roll-ups, reserves, certificates.
import type { JobData, JobKind, Work, WorkParts } from '@fabric-offline-pay/node-common/node';
import type { Alerts } from '../alerts/alerts.js';
import type { BankDatabase, BankTables } from '../database/schema.js';
import { endSubjects, fileEnds, type EndingFile, type FileEnd } from './certificate-ends.js';
import type { ClockLedger } from './clock-ledger.js';
import { doDue, isDueKind } from './do-due.js';
import { nextDue, takeDue } from './due-store.js';
import { DueThings, type AskForLook } from './due-things.js';

export interface ClockContext {
  readonly db: BankDatabase;
  readonly work: Pick<Work<BankTables>, 'askAll' | 'wake'>;
  readonly ledger: ClockLedger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly alerts: Alerts;
  /** What ends of the node's own files; see `endingFiles`. */
  readonly files: readonly EndingFile[];
  /** Told each hour; see `certificateFigures`. */
  readonly onEnds?: (ends: readonly FileEnd[]) => void;
}

/** Does one thing that is due. */
const DO_DUE = { name: 'do-what-is-due' } as const;

/** So many are asked for each minute: more would wait longer in the queue than in the table. */
const MOST_A_MINUTE = 500;

const MINUTE_MS = 60_000;

const FIND_DUE = { name: 'find-what-is-due' } as const;

/**
 * What becomes due before the clock's next look, is looked for at its own second: the first of it, since that look asks for the next. What
 * became due just now is looked for at once. Older blocks, which a node reads that was away or is rebuilt, say what was done long ago: the
 * clock's look finds what is left of it.
 */
const askForLook =
  ({ work, clock }: ClockContext): AskForLook =>
  async (db, dueAts) => {
    const now = clock();
    const near = dueAts.filter((dueAt) => Math.abs(dueAt - now) <= MINUTE_MS);
    if (near.length === 0) return;
    const first = Math.max(now, Math.min(...near));
    const run = { data: {}, afterSeconds: Math.ceil((first - now) / 1000) };
    await work.askAll(db, FIND_DUE, new Map([[Math.ceil(first / 1000).toString(), run]]));
  };

/** Looks once, and asks for what is due. Two machines that look at the same time take different things. */
export async function findDue(context: ClockContext): Promise<void> {
  const { db, work, clock } = context;
  const now = clock();
  await db.transaction().execute(async (transaction) => {
    const due = await takeDue(transaction, now, MOST_A_MINUTE);
    const runs = due.map(({ kind, key }) => [`${kind}/${key}`, { data: { kind, key } }] as const);
    if (runs.length > 0) await work.askAll(transaction, DO_DUE, new Map(runs));
    await askForLook(context)(transaction, await nextDue(transaction, now));
  });
  work.wake();
}

const findDueJob = (context: ClockContext): JobKind => ({
  ...FIND_DUE,
  schedule: '* * * * *',
  run: () => findDue(context),
});

const doDueJob = ({ ledger }: ClockContext): JobKind => ({
  ...DO_DUE,
  atOnce: 4,
  async run({ kind, key }: JobData) {
    // A later version may have asked for more than this one knows; it asks again.
    if (isDueKind(kind)) await doDue(ledger, { kind, key: String(key) });
  },
});

/** Reads when the node's files end, and alerts operators. */
export async function checkEnds({ db, work, clock, alerts, files, onEnds }: ClockContext) {
  const now = clock();
  const ends = fileEnds(files);
  onEnds?.(ends);
  await db
    .transaction()
    .execute((transaction) => alerts.keep(transaction, 'certificate', endSubjects(ends, now), now));
  work.wake();
}

const checkEndsJob = (context: ClockContext): JobKind => ({
  name: 'check-certificates',
  schedule: '0 * * * *',
  run: () => checkEnds(context),
});

/** @param bankId whose customers, payees and reserves are looked after */
export function clockWork(context: ClockContext, bankId: string): WorkParts<BankTables> {
  return {
    projections: [new DueThings(bankId, askForLook(context))],
    jobs: [findDueJob(context), doDueJob(context), checkEndsJob(context)],
  };
}
