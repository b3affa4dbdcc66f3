// SPDX-License-Identifier: Apache-2.0
// Hands statements of backing over to auditors, each to each once in effect: an auditor knows what it has. An auditor that does not answer keeps no
// other waiting.
import {
  withAuditor,
  type AuditorSetting,
  type JobData,
  type JobKind,
  type Work,
} from '@fabric-offline-pay/node-common/node';
import type { Selectable } from 'kysely';
import { dayOf } from '../core-banking/book/post-entry.js';
import type { BackingStatementTable } from '../database/backing-tables.js';
import type { BankDatabase, BankTables } from '../database/schema.js';

/** What a handover needs. */
export interface HandoverContext {
  readonly db: BankDatabase;
  readonly bankId: string;
  readonly auditors: readonly AuditorSetting[];
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

type Statement = Selectable<BackingStatementTable>;

/** Days that are handed over when an auditor is new, or was away: as long as proofs are given. */
const MOST_DAYS = 31;

/** What a clock that was ahead says of a day that has not begun is not handed over; nor what it is going to state again. */
const waitingFor = ({ db, clock }: HandoverContext, auditor: string): Promise<Statement[]> =>
  db
    .selectFrom('backing_statements as statement')
    .selectAll()
    .where('statement.doubted', '=', false)
    .where('statement.day', '<=', dayOf(clock()))
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('backing_handovers as handover')
            .select('handover.day')
            .where('handover.auditor', '=', auditor)
            .whereRef('handover.day', '=', 'statement.day')
            .whereRef('handover.made_at', '=', 'statement.made_at'),
        ),
      ),
    )
    .orderBy('statement.day', 'desc')
    .limit(MOST_DAYS)
    .execute();

async function handOver(
  context: HandoverContext,
  auditor: AuditorSetting,
  signal: AbortSignal,
): Promise<void> {
  const { db, bankId, clock } = context;
  const { url } = auditor;
  const waiting = await waitingFor(context, url);
  if (waiting.length === 0) return;
  await withAuditor(auditor, async (node) => {
    for (const { day, made_at, statement, certificate, seed } of waiting) {
      if (signal.aborted) return;
      const { result } = await node.reportBacking({ bankId, statement, certificate, seed });
      await db
        .insertInto('backing_handovers')
        .values({ auditor: url, day, made_at, handed_at: clock(), result })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  });
}

/** Its key is the auditor's address. */
export const HAND_OVER_BACKING = { name: 'hand-over-backing' } as const;

type Asking = Pick<Work<BankTables>, 'askAll' | 'wake'>;

/** Asks for a handover to each auditor. */
export async function askHandovers(
  { db, auditors }: Pick<HandoverContext, 'db' | 'auditors'>,
  work: Asking,
): Promise<void> {
  if (auditors.length === 0) return;
  const runs = new Map(auditors.map(({ url }) => [url, { data: { auditor: url } }]));
  await db
    .transaction()
    .execute((transaction) => work.askAll(transaction, HAND_OVER_BACKING, runs));
  work.wake();
}

/** Tried again later each time when an auditor does not answer, and shown among the failing jobs. */
export const handOverJob = (context: HandoverContext): JobKind => ({
  ...HAND_OVER_BACKING,
  run: async ({ auditor }: JobData, signal) => {
    const known = context.auditors.find(({ url }) => url === auditor);
    if (known !== undefined) await handOver(context, known, signal);
  },
});

/** What was stated before an auditor was set, and what was given up. */
export const dueHandoversJob = (context: HandoverContext, work: Asking): JobKind => ({
  name: 'due-backing-handovers',
  schedule: '*/10 * * * *',
  run: () => askHandovers(context, work),
});
