// SPDX-License-Identifier: Apache-2.0
// Publishes ratings (unit 18): each subject that has new ones is folded on the ledger, where units 7, 8 and 1104 read the sums. Repeated
// after a crash it finds less to fold; the follower says what is folded.
import type { JobKind } from '@fabric-offline-pay/node-common/node';
import type { InputOf } from '@fabric-offline-pay/domain';
import type { BankDatabase } from '../database/schema.js';

/** Goods, merchant or courier, with the owner of its catalogue. */
export type RatedSubject = InputOf<'feedback', 'publish'>;

/** The ledger, for a certificate of the bank's with the role `bank-node`. */
export interface FeedbackLedger {
  /**
   * Folds up to 500 ratings of a subject. Safe to repeat.
   * @throws {RefusedError} when the subject is not on the ledger any more
   */
  publish(subject: RatedSubject): Promise<unknown>;
}

/** The bank node's client, as it publishes. */
interface FeedbackClient {
  readonly feedback: { publish(input: RatedSubject): Promise<unknown> };
}

/** The ledger through a `Client` of the SDK. */
export const feedbackLedger = ({ feedback }: FeedbackClient): FeedbackLedger => ({
  publish: (subject) => feedback.publish(subject),
});

export interface FeedbackContext {
  readonly db: BankDatabase;
  readonly ledger: FeedbackLedger;
}

/** Ratings that one transaction folds. */
const FOLDED = 500;

/** A subject and its ratings that wait. */
interface Waiting extends RatedSubject {
  readonly ratings: number;
}

/** What waits for being published, by subject. */
async function waitingFeedback(db: BankDatabase): Promise<Waiting[]> {
  const rows = await db
    .selectFrom('feedback_ratings')
    .select(['subject', 'owner', 'subject_id'])
    .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('ratings'))
    .where('waiting', '=', true)
    .groupBy(['subject', 'owner', 'subject_id'])
    .orderBy('subject')
    .orderBy('owner')
    .orderBy('subject_id')
    .execute();
  return rows.map(({ subject_id: subjectId, ...row }) => ({ ...row, subjectId }));
}

async function publishAll(ledger: FeedbackLedger, waiting: Waiting): Promise<void> {
  const { ratings, ...subject } = waiting;
  for (let folded = 0; folded < ratings; folded += FOLDED) await ledger.publish(subject);
}

/**
 * Publishes all that waits. One subject that is refused does not hold up the others.
 * @returns how many subjects were published
 * @throws {AggregateError} with what each failed subject met, after the others
 */
export async function publishFeedback(
  { db, ledger }: FeedbackContext,
  signal?: AbortSignal,
): Promise<number> {
  const failures: unknown[] = [];
  const all = await waitingFeedback(db);
  for (const waiting of all) {
    signal?.throwIfAborted();
    await publishAll(ledger, waiting).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} of ${all.length} subjects failed`);
  return all.length;
}

/** In the night, when a fold disturbs nobody's order: it writes rows that orders read. */
const NIGHTLY = '20 2 * * *';

/** @returns the work of every night; on demand it is asked for under the key `demand` */
export const publishFeedbackJob = (context: FeedbackContext): JobKind => ({
  name: 'publish-feedback',
  schedule: NIGHTLY,
  givenUpAfterSeconds: 3_600,
  run: async (_, signal) => {
    await publishFeedback(context, signal);
  },
});
