// SPDX-License-Identifier: Apache-2.0
// Disputes of an order, from the order as it was and as it is.
import type { MerchantTransaction } from '../database/schema.js';
import { decidedDispute } from '../events/decided-dispute.js';
import type { ShownOrder } from '../events/shown-order.js';

/** Writes what the change says of the order's dispute. */
export async function followDispute(
  db: MerchantTransaction,
  before: ShownOrder | null,
  after: ShownOrder,
  at: number,
): Promise<void> {
  const { merchantId, orderNumber, dispute } = after;
  const decided = decidedDispute(before, after);
  if (decided !== undefined)
    await db
      .updateTable('followed_disputes')
      .set({ outcome: decided.outcome, decided_at: at })
      .where('merchant_id', '=', merchantId)
      .where('order_number', '=', orderNumber)
      .where('dispute_id', '=', decided.id)
      .execute();
  if (dispute === null) return;
  const { id, openedAt, withheld } = dispute;
  await db
    .insertInto('followed_disputes')
    .values({
      merchant_id: merchantId,
      order_number: orderNumber,
      dispute_id: id,
      opened_at: openedAt,
      withheld,
      outcome: 'undecided',
      decided_at: null,
    })
    .onConflict((conflict) =>
      conflict.columns(['merchant_id', 'order_number', 'dispute_id']).doUpdateSet({ withheld }),
    )
    .execute();
}
