// SPDX-License-Identifier: Apache-2.0
// The projection of ratings and deliveries (unit 18): what customers of all banks said, as it stands on the ledger, and how the orders of
// this bank's customers were delivered.
import { BatchedRows, type Projection } from '@fabric-offline-pay/node-common/node';
import { isPlaced, type OrderKey, type OrderRow, type TermsRow } from '@fabric-offline-pay/domain';
import { rowChange, type CommittedBlock, type RowChange } from '@fabric-offline-pay/sdk';
import type { Transaction } from 'kysely';
import type { BankTables } from '../database/schema.js';
import type { DeliveryOutcome, FeedbackDeliveryTable } from './tables/feedback-tables.js';
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

type Deliveries = BatchedRows<FeedbackDeliveryTable, 'merchant_id' | 'order_number'>;

const keyOf = ({ merchantId, orderNumber }: OrderKey) => ({
  merchant_id: merchantId,
  order_number: orderNumber,
});

async function followTerms(deliveries: Deliveries, { terms }: TermsRow): Promise<void> {
  const key = keyOf(terms);
  if ((await deliveries.get(key)) !== undefined) return;
  const { logisticsId: logistics_id, courierId: courier_id } = terms;
  deliveries.put({ ...key, logistics_id, courier_id, outcome: null, late: false });
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

async function followOrder(deliveries: Deliveries, order: OrderRow): Promise<void> {
  const outcome = outcomeOf(order);
  if (outcome === undefined) return;
  const known = await deliveries.get(keyOf(order));
  if (known !== undefined)
    deliveries.put({ ...known, outcome, late: isLate(order) || outcome === 'undelivered' });
}

const ORDERS: readonly RowChange['kind'][] = ['terms', 'order'];

const deliveriesIn = (changes: readonly RowChange[]) =>
  changes
    .filter(({ kind }) => ORDERS.includes(kind))
    .map(({ parts: [merchant_id = '', order_number = ''] }) => ({ merchant_id, order_number }));

export class Feedback implements Projection<BankTables> {
  readonly tables = ['feedback_ratings', 'feedback_deliveries'] as const;
  readonly #bankId: string;

  /** @param bankId whose customers' deliveries are followed */
  constructor(bankId: string) {
    this.#bankId = bankId;
  }

  apply(db: Tables, block: CommittedBlock): Promise<void> {
    return this.applyAll(db, [block]);
  }

  async applyAll(db: Tables, blocks: readonly CommittedBlock[]): Promise<void> {
    const deliveries: Deliveries = new BatchedRows(db, 'feedback_deliveries', [
      'merchant_id',
      'order_number',
    ]);
    const changes = blocks
      .flatMap(({ transactions }) => transactions.flatMap((each) => each.changes.map(rowChange)))
      .filter((change) => change !== undefined);
    await deliveries.load(deliveriesIn(changes));
    for (const change of changes) {
      if (change.kind === 'rating') await followRating(db, change);
      await this.#follow(deliveries, change);
    }
    await deliveries.write();
  }

  async #follow(deliveries: Deliveries, { kind, row }: RowChange): Promise<void> {
    if (row === null) return;
    if (kind === 'terms' && isPlaced(row) && row.bankId === this.#bankId)
      await followTerms(deliveries, row);
    if (kind === 'order' && row.bankId === this.#bankId) await followOrder(deliveries, row);
  }
}
