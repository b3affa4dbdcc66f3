// SPDX-License-Identifier: Apache-2.0
// What the bank's node knows of ratings and deliveries (unit 18). Blocks alone make these tables.
import type { RatingSubject } from './rating-subject.js';

/** A customer's newest opinion of a subject, by pseudonym as on the ledger. */
export interface FeedbackRatingTable {
  subject: RatingSubject;
  owner: string;
  subject_id: string;
  customer_id: string;
  stars: number;
  defect: boolean;
  /** Whether the ledger has not folded it into the published ratings yet. */
  waiting: boolean;
}

/** How an order's delivery ended; null before that. */
export type DeliveryOutcome = 'delivered' | 'unproven' | 'undelivered';

export interface FeedbackDeliveryTable {
  merchant_id: string;
  order_number: string;
  logistics_id: string;
  courier_id: string;
  outcome: DeliveryOutcome | null;
  /** Whether it came after the day on which its money was to go back. */
  late: boolean;
}

export interface FeedbackTables {
  feedback_ratings: FeedbackRatingTable;
  feedback_deliveries: FeedbackDeliveryTable;
}
