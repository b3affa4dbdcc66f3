// SPDX-License-Identifier: Apache-2.0
// Purges the private address of an order that was picked up and then ended without a delivery. A delivery purges it by itself.
import { eachInTurn } from '../each-in-turn.js';
import { refusedWith } from '../refused-with.js';
import type { LogisticsContext } from '../context.js';

type Context = Pick<LogisticsContext, 'db' | 'ledger' | 'clock' | 'rules'>;

const unpurged = ({ db, clock, rules }: Context) =>
  db
    .selectFrom('waybills')
    .select(['merchant_id', 'order_number'])
    .where('picked_up_at', 'is not', null)
    .where('delivered_at', 'is', null)
    .where('ended_at', '<=', clock() - rules.purgeAfterSeconds)
    // A late pick-up may have written it again.
    .where((where) =>
      where.or([
        where('purged_at', 'is', null),
        where('purged_at', '<', where.ref('picked_up_at')),
      ]),
    )
    .orderBy('ended_at')
    .execute();

/** Calls `logistics:purgeAddresses` for each; the follower notes that it was done. The ledger may have moved on: then it refuses. */
export async function purgeAddresses(context: Context, signal: AbortSignal): Promise<void> {
  await eachInTurn(await unpurged(context), signal, async (row) => {
    const key = { merchantId: row.merchant_id, orderNumber: row.order_number };
    try {
      await context.ledger.logistics.purgeAddresses(key, { signal });
    } catch (error) {
      if (refusedWith(error) !== 'STATE_CONFLICT') throw error;
    }
  });
}
