// SPDX-License-Identifier: Apache-2.0
// The projection of ratings and deliveries (unit 18): what customers of all banks said, as it stands on the ledger, and how the orders of
// this bank's customers were delivered.
import type { Projection } from '@fabric-offline-pay/node-common/node';
import { isPlaced, type OrderRow, type TermsRow } from '@fabric-offline-pay/domain';
import { rowChange, type CommittedBlock, type RowChange } from '@fabric-offline-pay/sdk';
import type { Transaction } from 'kysely';
import type { BankTables } from '../database/schema.js';
import type { DeliveryOutcome } from './tables/feedback-tables.js';
import type { RatingSubject } from './tables/rating-subject.js';

type Tables = Transaction<BankTables>;
type RatingChange = Extract<RowChange, { readonly kind: 'rating' }>;

const ofRating = ([
  subject = '',
  owner = '',
  subject_id = '',
  customer_id = '',
]: readonly string[]) => ({
  subject: subject as RatingSubject,
  owner,
  subject_id,
  customer_id,
});

/** A rating that is removed was folded into what is published: the opinion stays. */
async function followRating(db: Tables, { row, parts }: RatingChange): Promise<void> {
  const key = ofRating(parts);
  if (row === null) {
    await db
      .updateTable('feedback_ratings')
      .set({ waiting: false })
      .where((eb) => eb.and(key))
      .execute();
    return;
  }
  const opinion = { stars: row.stars, defect: row.defect, waiting: true };
  await db
    .insertInto('feedback_ratings')
    .values({ ...key, ...opinion })
    .onConflict((conflict) =>
      conflict.columns(['subject', 'owner', 'subject_id', 'customer_id']).doUpdateSet(opinion),
    )
    .execute();
}

async function followTerms(db: Tables, { terms }: TermsRow): Promise<void> {
  await db
    .insertInto('feedback_deliveries')
    .values({
      merchant_id: terms.merchantId,
      order_number: terms.orderNumber,
      logistics_id: terms.logisticsId,
      courier_id: terms.courierId,
      outcome: null,
      late: false,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

const OUTCOMES: Readonly<Partial<Record<OrderRow['delivery'], DeliveryOutcome>>> = {
  delivered: 'delivered',
  deliveredUnproven: 'unproven',
};

/** Goods that never came: their fee went back with the money. */
const isUndelivered = ({ deliveredAt, hold, state }: OrderRow): boolean =>
  deliveredAt === null && state === 'refunded' && hold !== null && hold.feeReturned !== '0';

const outcomeOf = (order: OrderRow): DeliveryOutcome | undefined =>
  isUndelivered(order) ? 'undelivered' : OUTCOMES[order.delivery];

const isLate = ({ deliveredAt, hold }: OrderRow): boolean =>
  deliveredAt !== null && hold?.deliverBy != null && deliveredAt > hold.deliverBy;

async function followOrder(db: Tables, order: OrderRow): Promise<void> {
  const outcome = outcomeOf(order);
  if (outcome === undefined) return;
  await db
    .updateTable('feedback_deliveries')
    .set({ outcome, late: isLate(order) || outcome === 'undelivered' })
    .where('merchant_id', '=', order.merchantId)
    .where('order_number', '=', order.orderNumber)
    .execute();
}

export class Feedback implements Projection<BankTables> {
  readonly tables = ['feedback_ratings', 'feedback_deliveries'] as const;
  readonly #bankId: string;

  /** @param bankId whose customers' deliveries are followed */
  constructor(bankId: string) {
    this.#bankId = bankId;
  }

  async apply(db: Tables, { transactions }: CommittedBlock): Promise<void> {
    for (const { changes } of transactions)
      for (const change of changes.map(rowChange))
        if (change !== undefined) await this.#follow(db, change);
  }

  async #follow(db: Tables, change: RowChange): Promise<void> {
    if (change.kind === 'rating') await followRating(db, change);
    if (change.row === null) return;
    if (change.kind === 'terms' && isPlaced(change.row) && change.row.bankId === this.#bankId)
      await followTerms(db, change.row);
    if (change.kind === 'order' && change.row.bankId === this.#bankId)
      await followOrder(db, change.row);
  }
}
