// SPDX-License-Identifier: Apache-2.0
// Notices deliveries whose time has passed, each once for each reason, and has somebody told.
import { sql } from 'kysely';
import type { LateKey } from '../asks.js';
import type { LogisticsContext } from '../context.js';
import type { Lateness } from '../database/deliveries.js';
import type { LogisticsTransaction } from '../database/schema.js';
import { waybillAt, type Waybill } from '../waybills/find-waybill.js';

interface LateRow {
  readonly merchant_id: string;
  readonly order_number: string;
  readonly kind: Lateness;
  readonly due_at: number;
}

type Context = Pick<LogisticsContext, 'db' | 'clock' | 'rules' | 'asks' | 'alerts' | 'wake'>;

/** In one run. More come in the next. */
const MOST_AT_ONCE = 500;

/** Both times of every order under way, those that have passed and were not noticed before; what was due first at the top. */
async function passed(db: LogisticsTransaction, now: number, promiseSeconds: number) {
  const { rows } = await sql<LateRow>`
    select merchant_id, order_number, kind, due_at from (
      select merchant_id, order_number, 'deliverBy' as kind, deliver_by as due_at from waybills
      where delivered_at is null and ended_at is null and deliver_by <= ${now}
      union all
      select merchant_id, order_number, 'promise' as kind, fee_captured_at + ${promiseSeconds}::bigint as due_at from waybills
      where delivered_at is null and ended_at is null and fee_captured_at <= ${now - promiseSeconds}
    ) due
    where not exists (
      select 1 from late_deliveries l
      where l.merchant_id = due.merchant_id and l.order_number = due.order_number and l.kind = due.kind
    )
    order by due_at, merchant_id, order_number limit ${MOST_AT_ONCE}
  `.execute(db);
  return rows;
}

/** Notes what is late now and asks for its alert, in one transaction. */
export async function noticeLate({ db, clock, rules, asks, wake }: Context): Promise<void> {
  const now = clock();
  await db.transaction().execute(async (transaction) => {
    for (const late of await passed(transaction, now, rules.promiseSeconds)) {
      const noted = await transaction
        .insertInto('late_deliveries')
        .values({ ...late, noticed_at: now, alerted_at: null })
        .onConflict((conflict) => conflict.doNothing())
        .returning('kind')
        .executeTakeFirst();
      const key = {
        merchantId: late.merchant_id,
        orderNumber: late.order_number,
        kind: late.kind,
      };
      if (noted !== undefined) await asks.alertLate(transaction, key);
    }
  });
  wake();
}

const alertIdOf = ({ merchantId, orderNumber, kind }: LateKey): string =>
  ['late', merchantId, orderNumber, kind].join('~');

const isUnderWay = ({ delivered_at, ended_at }: Waybill): boolean =>
  delivered_at === null && ended_at === null;

/** Hands one alert over, unless the goods have come meanwhile, or nobody waits for them any more. */
export async function alertLate(context: Context, key: LateKey): Promise<void> {
  const { merchantId, orderNumber, kind } = key;
  const late = await context.db
    .selectFrom('late_deliveries')
    .select('due_at')
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .where('kind', '=', kind)
    .where('alerted_at', 'is', null)
    .executeTakeFirst();
  const waybill = await waybillAt(context, key);
  if (late === undefined || waybill === undefined || !isUnderWay(waybill)) return;
  await context.alerts.late({
    alertId: alertIdOf(key),
    merchantId,
    orderNumber,
    courierId: waybill.courier_id,
    kind,
    dueAt: late.due_at,
  });
  await context.db
    .updateTable('late_deliveries')
    .set({ alerted_at: context.clock() })
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .where('kind', '=', kind)
    .execute();
}
