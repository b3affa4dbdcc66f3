// SPDX-License-Identifier: Apache-2.0
// Once a day the bank states what backs its money. However often and on however many machines it is tried, one statement of a day stands.
import { randomBytes } from 'node:crypto';
import { SEED_LENGTH, shortIn, type Liability } from '@fabric-offline-pay/domain';
import { addRows, type JobKind } from '@fabric-offline-pay/node-common/node';
import type { Transaction } from 'kysely';
import type { Alerts } from '../alerts/alerts.js';
import { dayOf } from '../core-banking/book/post-entry.js';
import type { BackingLeafTable } from '../database/backing-tables.js';
import type { BankTables } from '../database/schema.js';
import { dayFrom } from '../reconciliation/days.js';
import { keepFundingIds } from '../reconciliation/funding-ids.js';
import { trustedNow, type Time } from '../reconciliation/wrong-clock.js';
import type { SignedStatement, StatementSigner } from './signer.js';
import { readBackingSnapshot, statementAt } from './state-backing.js';

/** What a statement of backing needs. */
export interface BackingContext extends Time {
  readonly bankId: string;
  readonly sign: StatementSigner;
  readonly alerts: Pick<Alerts, 'open'>;
  /** Resolves when the tables have all that was on the ledger at the call. */
  readonly caughtUp: (signal: AbortSignal) => Promise<void>;
}

/** The bank gives proofs of statements of the last days; a holder keeps its own. */
export const PROOF_DAYS = 31;

/** Rows of one statement to the database. */
const MOST_ROWS = 5_000;

/** A signed statement with what the node keeps beside it. */
interface Made extends SignedStatement {
  readonly day: string;
  readonly now: number;
  readonly seed: Buffer;
  readonly short: readonly string[];
  readonly liabilities: readonly Liability[];
}

async function make(context: BackingContext, now: number): Promise<Made> {
  const { db, bankId, sign } = context;
  const day = dayOf(now);
  const seed = randomBytes(SEED_LENGTH);
  const snapshot = await readBackingSnapshot(db, bankId);
  if (snapshot.ledger.block < 0) throw new Error('Nothing of the ledger was read yet.');
  const statement = statementAt({ bankId, day, now }, snapshot, seed);
  const { liabilities } = snapshot;
  return { ...(await sign(statement)), day, now, seed, short: shortIn(statement), liabilities };
}

type Tables = Transaction<BankTables>;

/** @returns whether it stands now; another process may have been first */
async function putStatement(db: Tables, made: Made): Promise<boolean> {
  const { day, now, seed, short, statement, certificate } = made;
  const row = {
    ...{ made_at: now, doubted: false, statement, certificate },
    ...{ seed: seed.toString('hex'), short: short.join(',') },
  };
  const put = await db
    .insertInto('backing_statements')
    .values({ day, ...row })
    .onConflict((conflict) =>
      conflict.column('day').doUpdateSet(row).where('backing_statements.doubted', '=', true),
    )
    .returning('day')
    .executeTakeFirst();
  return put !== undefined;
}

async function putLeaves(db: Tables, { day, liabilities }: Made): Promise<void> {
  await db
    .deleteFrom('backing_leaves')
    .where((where) =>
      where.or([where('day', '=', day), where('day', '<=', dayFrom(day, -PROOF_DAYS))]),
    )
    .execute();
  const rows = liabilities.map(({ currency, kind, id, amount }): BackingLeafTable => ({
    ...{ day, currency, amount },
    customer_id: kind === 'customer' ? id : null,
    payee_id: kind === 'payee' ? id : null,
  }));
  for (let from = 0; from < rows.length; from += MOST_ROWS)
    await addRows(db, 'backing_leaves', rows.slice(from, from + MOST_ROWS), 'day');
}

/** Nobody can read a statement that falls short before its alert stands: both are committed together. */
const keep = ({ db, alerts }: BackingContext, made: Made): Promise<boolean> =>
  db.transaction().execute(async (transaction) => {
    if (!(await putStatement(transaction, made))) return false;
    for (const currency of made.short)
      await alerts.open(transaction, 'backingShort', currency, made.now);
    await putLeaves(transaction, made);
    return true;
  });

/**
 * States today's backing, once; what a clock that was ahead has stated of it is replaced. One that falls short is published all the same,
 * since it is the truth.
 * @returns whether it was not stated before
 * @throws ClockBehind
 */
export async function publishBacking(
  context: BackingContext,
  signal: AbortSignal,
): Promise<boolean> {
  const { db } = context;
  await context.caughtUp(signal);
  const now = await trustedNow(context);
  const stated = await db
    .selectFrom('backing_statements')
    .select('day')
    .where('day', '=', dayOf(now))
    .where('doubted', '=', false)
    .executeTakeFirst();
  if (stated !== undefined) return false;
  await keepFundingIds(db);
  return keep(context, await make(context, now));
}

export const PUBLISH_BACKING = { name: 'publish-backing' } as const;

const HOUR = 3_600;

export const publishBackingJob = (
  context: BackingContext,
  work: { readonly wake: () => void },
  /** Called when the day's statement stands. */
  onStated: () => Promise<void> = () => Promise.resolve(),
): JobKind => ({
  ...PUBLISH_BACKING,
  schedule: '30 0 * * *',
  givenUpAfterSeconds: HOUR,
  async run(_, signal) {
    await publishBacking(context, signal);
    // An alert asks for its news.
    work.wake();
    await onStated();
  },
});
