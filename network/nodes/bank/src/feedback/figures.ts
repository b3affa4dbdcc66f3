// SPDX-License-Identifier: Apache-2.0
// What is known of goods, merchants and couriers, for the bank's people: opinions of all customers, and deliveries to its own.
import { sql } from 'kysely';
import type { BankDatabase } from '../database/schema.js';
import type { RatedSubject } from './publish-feedback.js';

/** One opinion a customer, its newest. */
export interface OpinionFigures {
  readonly opinions: number;
  /** Sum of one to five. */
  readonly stars: number;
  readonly defects: number;
  /** Opinions that are not published yet. */
  readonly waiting: number;
}

/** Orders whose delivery ended. */
export interface DeliveryFigures {
  readonly deliveries: number;
  /** Only the courier says that it delivered. */
  readonly unproven: number;
  /** Came too late, or never. */
  readonly late: number;
}

export type FeedbackFigures = OpinionFigures & DeliveryFigures;

const counted = (condition: ReturnType<typeof sql>) =>
  sql<number>`count(*) filter (where ${condition})::integer`;

const opinionsOf = (db: BankDatabase, { subject, owner, subjectId }: RatedSubject) =>
  db
    .selectFrom('feedback_ratings')
    .select([
      sql<number>`count(*)::integer`.as('opinions'),
      sql<number>`coalesce(sum(stars), 0)::integer`.as('stars'),
      counted(sql`defect`).as('defects'),
      counted(sql`waiting`).as('waiting'),
    ])
    .where('subject', '=', subject)
    .where('owner', '=', owner)
    .where('subject_id', '=', subjectId)
    .executeTakeFirstOrThrow();

/** Orders of a merchant, or of a courier; deliveries do not tell goods apart. */
const ENDED_BY = {
  merchant: ({ subjectId }: RatedSubject) => sql<boolean>`merchant_id = ${subjectId}`,
  courier: ({ owner, subjectId }: RatedSubject) =>
    sql<boolean>`logistics_id = ${owner} and courier_id = ${subjectId}`,
  goods: () => sql<boolean>`false`,
} as const;

const deliveriesOf = (db: BankDatabase, subject: RatedSubject) =>
  db
    .selectFrom('feedback_deliveries')
    .select([
      sql<number>`count(*)::integer`.as('deliveries'),
      counted(sql`outcome = 'unproven'`).as('unproven'),
      counted(sql`late`).as('late'),
    ])
    .where('outcome', 'is not', null)
    .where(ENDED_BY[subject.subject](subject))
    .executeTakeFirstOrThrow();

/** @returns figures of one subject; zero where nothing is known */
export const feedbackOf = async (
  db: BankDatabase,
  subject: RatedSubject,
): Promise<FeedbackFigures> => ({
  ...(await opinionsOf(db, subject)),
  ...(await deliveriesOf(db, subject)),
});
