// SPDX-License-Identifier: Apache-2.0
// Late deliveries that are still under way.
import type { LogisticsContext } from '../context.js';

/** @returns what is late and not delivered, what was due first at the top; at most 500 */
export async function listLate({ db }: Pick<LogisticsContext, 'db'>) {
  const rows = await db
    .selectFrom('late_deliveries as l')
    .innerJoin('waybills as w', (join) =>
      join
        .onRef('w.merchant_id', '=', 'l.merchant_id')
        .onRef('w.order_number', '=', 'l.order_number'),
    )
    .selectAll('l')
    .select(['w.courier_id', 'w.delivery', 'w.state'])
    .where('w.delivered_at', 'is', null)
    .where('w.ended_at', 'is', null)
    .orderBy('l.due_at')
    .orderBy('l.merchant_id')
    .orderBy('l.order_number')
    .limit(500)
    .execute();
  return {
    late: rows.map((row) => ({
      merchantId: row.merchant_id,
      orderNumber: row.order_number,
      kind: row.kind,
      dueAt: row.due_at,
      noticedAt: row.noticed_at,
      alertedAt: row.alerted_at,
      courierId: row.courier_id,
      delivery: row.delivery,
      state: row.state,
    })),
  };
}
