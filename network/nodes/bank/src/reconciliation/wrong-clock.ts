// SPDX-License-Identifier: Apache-2.0
// What a wrong clock must not do. One that was ahead has made reports and statements of days that had not come: they are found while they are
// later than the clock that is right again, and stay doubted when their time has come. One that is behind must not find them so: the ledger
// takes no transaction of another time than its endorsers have, so that a clock before the newest of them makes and doubts nothing.
import { CLOCK_TOLERANCE_SECONDS } from '@fabric-offline-pay/domain';
import { dayOf } from '../core-banking/book/post-entry.js';
import type { BankDatabase } from '../database/schema.js';

/** The node's clock is behind the ledger: nothing is compared or stated by it. */
export class ClockBehind extends Error {
  override readonly name = 'ClockBehind';
  readonly code = 'CLOCK_BEHIND';
}

/** A transaction may be ahead of its endorsers by the tolerance, and they ahead of this node. */
const MOST_BEHIND_MS = 2 * CLOCK_TOLERANCE_SECONDS * 1000;

/** Milliseconds since 1970; the index is by day. */
async function newestOnLedger(db: BankDatabase): Promise<number> {
  const row = await db
    .selectFrom('supplies')
    .select(({ fn }) => fn.max<number | null>('at').as('newest'))
    .where('day', '=', (among) =>
      among.selectFrom('supplies').select(({ fn }) => fn.max('day').as('day')),
    )
    .executeTakeFirstOrThrow();
  return row.newest ?? 0;
}

async function refuseBehind(db: BankDatabase, now: number): Promise<void> {
  const newest = await newestOnLedger(db);
  if (now >= newest - MOST_BEHIND_MS) return;
  const text = (at: number): string => new Date(at).toISOString();
  throw new ClockBehind(
    `The clock says ${text(now)}, and the ledger has a transaction of ${text(newest)}. Correct the clock.`,
  );
}

/** What was made later than now counts as not made from here on. A statement of backing is of the day on which it was made. */
async function doubtEarly(db: BankDatabase, now: number): Promise<void> {
  const doubted = { doubted: true };
  await db
    .updateTable('reconciliations')
    .set(doubted)
    .where('made_at', '>', now)
    .where('doubted', '=', false)
    .execute();
  await db
    .updateTable('reconciled_hosts')
    .set(doubted)
    .where('said_at', '>', now)
    .where('doubted', '=', false)
    .execute();
  await db
    .updateTable('backing_statements')
    .set(doubted)
    .where('day', '>', dayOf(now))
    .where('doubted', '=', false)
    .execute();
}

/** What time is told by: the node's clock, and the ledger in its tables. */
export interface Time {
  readonly db: BankDatabase;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * Call it when the tables have caught up with the ledger.
 * @returns milliseconds since 1970, after what was made later than that is doubted
 * @throws ClockBehind
 */
export async function trustedNow({ db, clock }: Time): Promise<number> {
  const now = clock();
  await refuseBehind(db, now);
  await doubtEarly(db, now);
  return now;
}
