// SPDX-License-Identifier: Apache-2.0
// The company's own quotes, and how often customers took them.
import { sql } from 'kysely';
import type { LogisticsContext } from '../context.js';
import type { QuoteOutcome } from '../database/waybills.js';
import { afterPage, nextOf, orderCursor, type Page } from '../pages.js';

export interface QuoteFilter extends Page {
  readonly outcome?: QuoteOutcome | undefined;
}

/** @returns the company's quotes in order of merchants and order numbers, each with the couriers offered, the best first */
export async function listQuotes(
  { db }: Pick<LogisticsContext, 'db'>,
  { outcome, after, limit }: QuoteFilter,
) {
  const rows = await db
    .selectFrom('quotes')
    .selectAll()
    .$if(outcome !== undefined, (query) => query.where('outcome', '=', outcome ?? 'open'))
    .where(afterPage(after))
    .orderBy('merchant_id')
    .orderBy('order_number')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const quotes = page.map((row) => ({
    merchantId: row.merchant_id,
    orderNumber: row.order_number,
    waybill: row.waybill,
    goodsTotal: row.goods_total,
    quotedAt: row.quoted_at,
    expiresAt: row.expires_at,
    outcome: row.outcome,
    courierId: row.courier_id,
  }));
  return { quotes, next: nextOf(rows, limit, orderCursor) };
}

/** How quotes fared. Rates are basis points: of 10,000. */
export interface QuoteFigures {
  readonly quoted: number;
  readonly won: number;
  readonly lost: number;
  /** Not taken before their end. */
  readonly expired: number;
  readonly open: number;
  /** Of the decided ones: won, lost and expired. Null when none is decided. */
  readonly winRate: number | null;
  readonly couriers: readonly CourierFigures[];
}

export interface CourierFigures {
  readonly courierId: string;
  /** In how many quotes it was offered for at least one address. */
  readonly offered: number;
  /** … as the best for at least one. */
  readonly best: number;
  readonly chosen: number;
}

const BASIS = 10_000;

/** Quotes from an instant on until before another. */
export interface Period {
  readonly from: number;
  readonly until: number;
}

interface Counts {
  readonly quoted: number;
  readonly won: number;
  readonly lost: number;
  readonly expired: number;
}

async function countsIn(
  { db, clock }: Pick<LogisticsContext, 'db' | 'clock'>,
  { from, until }: Period,
): Promise<Counts> {
  const { rows } = await sql<Counts>`
    select count(*)::integer as quoted,
      count(*) filter (where outcome = 'won')::integer as won,
      count(*) filter (where outcome = 'lost')::integer as lost,
      count(*) filter (where outcome = 'open' and expires_at <= ${clock()})::integer as expired
    from quotes where quoted_at >= ${from} and quoted_at < ${until}
  `.execute(db);
  return rows[0] ?? { quoted: 0, won: 0, lost: 0, expired: 0 };
}

async function couriersIn(
  { db }: Pick<LogisticsContext, 'db'>,
  { from, until }: Period,
): Promise<readonly CourierFigures[]> {
  const { rows } = await sql<CourierFigures>`
    select o.courier_id as "courierId",
      count(distinct (o.merchant_id, o.order_number))::integer as offered,
      (count(distinct (o.merchant_id, o.order_number)) filter (where o.rank = 1))::integer as best,
      (count(distinct (o.merchant_id, o.order_number)) filter (where q.courier_id = o.courier_id))::integer as chosen
    from quotes q join quote_offers o
      on o.merchant_id = q.merchant_id and o.order_number = q.order_number
    where q.quoted_at >= ${from} and q.quoted_at < ${until}
    group by o.courier_id order by o.courier_id
  `.execute(db);
  return rows;
}

/** @returns the figures of the quotes that were made in this time */
export async function quoteFigures(
  context: Pick<LogisticsContext, 'db' | 'clock'>,
  period: Period,
): Promise<QuoteFigures> {
  const counts = await countsIn(context, period);
  const { quoted, won, lost, expired } = counts;
  const decided = won + lost + expired;
  return {
    ...counts,
    open: quoted - decided,
    winRate: decided === 0 ? null : Math.floor((won * BASIS) / decided),
    couriers: await couriersIn(context, period),
  };
}
