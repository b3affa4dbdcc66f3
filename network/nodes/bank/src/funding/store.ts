// SPDX-License-Identifier: Apache-2.0
// Reads and writes which orders are to be funded, and for whom.
import type { OrderKey } from '@fabric-offline-pay/domain';
import { sql, type RawBuilder, type Selectable, type Updateable } from 'kysely';
import type { BankDatabase } from '../database/schema.js';
import type { FundingKey } from './keys.js';
import type { Reliance } from './plan.js';
import {
  OPEN_LEG_STATES,
  type FundingTable,
  type InstrumentTable,
} from '../database/funding-tables.js';

export type Funding = Selectable<FundingTable>;

/** What somebody asks to be funded. */
export interface FundingRequest extends FundingKey {
  readonly currency: string;
  readonly total: string;
}

export const keyOf = (row: {
  readonly merchant_id: string;
  readonly order_number: string;
  readonly customer_id: string;
}): FundingKey => ({
  merchantId: row.merchant_id,
  orderNumber: row.order_number,
  customerId: row.customer_id,
});

const orderColumns = ({ merchantId, orderNumber }: OrderKey) => ({
  merchant_id: merchantId,
  order_number: orderNumber,
});

export const columnsOf = ({ customerId, ...order }: FundingKey) => ({
  ...orderColumns(order),
  customer_id: customerId,
});

export const findFunding = (db: BankDatabase, key: FundingKey): Promise<Funding | undefined> =>
  db
    .selectFrom('fundings')
    .selectAll()
    .where('merchant_id', '=', key.merchantId)
    .where('order_number', '=', key.orderNumber)
    .where('customer_id', '=', key.customerId)
    .executeTakeFirst();

/** Lets runs about one order number plan one after the other, whoever asked for it. @param db a transaction */
export async function lockFunding(db: BankDatabase, key: FundingKey): Promise<Funding | undefined> {
  const rows = await db
    .selectFrom('fundings')
    .selectAll()
    .where('merchant_id', '=', key.merchantId)
    .where('order_number', '=', key.orderNumber)
    .orderBy('customer_id')
    .forUpdate()
    .execute();
  return rows.find(({ customer_id }) => customer_id === key.customerId);
}

/** Nothing is under way: asked for again, it begins anew. */
const IS_AT_REST = sql<boolean>`fundings.state in ('refused', 'unneeded', 'returned')`;

/** No money was moved for it. */
const IS_EMPTY = sql<boolean>`not exists (
  select 1 from funding_legs leg where leg.merchant_id = fundings.merchant_id
    and leg.order_number = fundings.order_number and leg.customer_id = fundings.customer_id and leg.state <> 'refused')`;

/** The currency stays as long as the order moves money in it. */
const MAY_ASK = sql<boolean>`fundings.currency = excluded.currency or (${IS_AT_REST} and ${IS_EMPTY})`;

/**
 * Notes that an order is to be funded. One that was refused is tried again, with what it comes to now.
 * @returns undefined, and changes nothing, while the customer's order is funded in another currency
 */
export async function askFunding(
  db: BankDatabase,
  { currency, total, ...key }: FundingRequest,
  now: number,
): Promise<Funding | undefined> {
  return db
    .insertInto('fundings')
    .values({
      ...columnsOf(key),
      currency,
      total,
      state: 'asked',
      refusal: null,
      asked_at: now,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['merchant_id', 'order_number', 'customer_id'])
        .doUpdateSet({
          currency,
          total: sql`case when ${IS_AT_REST} then excluded.total else fundings.total end`,
          state: sql`case when ${IS_AT_REST} then 'asked' else fundings.state end`,
          refusal: null,
          // Asked for anew, or before it was decided, it has anew its time to hold its money.
          asked_at: sql`case when ${IS_AT_REST} or fundings.state = 'asked' then excluded.asked_at else fundings.asked_at end`,
          is_waiting: true,
          wanted: sql`fundings.wanted + 1`,
        })
        .where(MAY_ASK),
    )
    .returningAll()
    .executeTakeFirst();
}

/** Notes that it is decided whether a placed order is funded by itself. @returns false when it was decided before */
export async function notePlaced(db: BankDatabase, key: FundingKey): Promise<boolean> {
  const noted = await db
    .insertInto('placed_orders')
    .values(columnsOf(key))
    .onConflict((conflict) => conflict.doNothing())
    .returning('order_number')
    .executeTakeFirst();
  return noted !== undefined;
}

/** Notes that the ledger says something new of funded orders. @returns the customers for whom there is something to do */
export async function wantFundings(
  db: BankDatabase,
  orders: readonly OrderKey[],
): Promise<ReadonlySet<string>> {
  if (orders.length === 0) return new Set();
  const keys = JSON.stringify(orders.map(orderColumns));
  const { rows } = await sql<Pick<Funding, 'customer_id'>>`
    update fundings set wanted = wanted + 1
    where (merchant_id, order_number) in (
      select merchant_id, order_number from jsonb_populate_recordset(null::fundings, ${keys}::jsonb)
    ) and (is_waiting or state <> 'unneeded')
    returning customer_id
  `.execute(db);
  return new Set(rows.map(({ customer_id }) => customer_id));
}

/** Notes that orders which have not held their money by now are to be looked at. @returns their customers */
export async function wantAbandoned(
  db: BankDatabase,
  askedUntil: number,
): Promise<ReadonlySet<string>> {
  const found = await db
    .updateTable('fundings')
    .set((set) => ({ wanted: set('wanted', '+', 1) }))
    .where(sql<boolean>`is_waiting`)
    .where('asked_at', '<=', askedUntil)
    .returning('customer_id')
    .execute();
  return new Set(found.map(({ customer_id }) => customer_id));
}

/** Its money may have come onto the account already, and it is not known yet whether it did. */
const MAY_BE_ISSUED = sql<boolean>`exists (
  select 1 from funding_legs leg where leg.merchant_id = fundings.merchant_id and leg.order_number = fundings.order_number
    and leg.customer_id = fundings.customer_id and leg.state = 'authorised')`;

/**
 * A customer's fundings that are to be looked at: first those of which only the ledger is asked whether their money is on the account, since
 * the others count on what they leave; then what goes on before what waits for somebody, and the oldest first.
 */
export const wantedFundings = (db: BankDatabase, customerId: string): Promise<Funding[]> =>
  db
    .selectFrom('fundings')
    .selectAll()
    .where('customer_id', '=', customerId)
    .whereRef('wanted', '>', 'handled')
    .orderBy(sql`not ${MAY_BE_ISSUED}`)
    .orderBy(sql`trouble is not null`)
    .orderBy('asked_at')
    .orderBy('merchant_id')
    .orderBy('order_number')
    .execute();

/** It was looked at; unless there is a newer reason meanwhile, it is not looked at again. */
export async function noteHandled(db: BankDatabase, funding: Funding): Promise<void> {
  await db
    .updateTable('fundings')
    .set({
      handled: sql<number>`greatest(handled, ${funding.wanted}::integer)`,
      trouble: null,
      troubled_at: null,
    })
    .where('merchant_id', '=', funding.merchant_id)
    .where('order_number', '=', funding.order_number)
    .where('customer_id', '=', funding.customer_id)
    .execute();
}

/** It does not go on, for a reason that passes, unless another run has finished it. Since when: as long as the reason stays the same. */
export async function noteTrouble(
  db: BankDatabase,
  { merchantId, orderNumber, customerId }: FundingKey,
  trouble: string,
  now: number,
): Promise<void> {
  await db
    .updateTable('fundings')
    .set({
      trouble,
      troubled_at: sql`case when trouble = ${trouble} then troubled_at else ${now}::bigint end`,
    })
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .where('customer_id', '=', customerId)
    .whereRef('wanted', '>', 'handled')
    .execute();
}

export async function changeFunding(
  db: BankDatabase,
  key: FundingKey,
  change: Pick<Updateable<FundingTable>, 'state' | 'refusal' | 'is_waiting'>,
): Promise<void> {
  await db
    .updateTable('fundings')
    .set(change)
    .where('merchant_id', '=', key.merchantId)
    .where('order_number', '=', key.orderNumber)
    .where('customer_id', '=', key.customerId)
    .execute();
}

/**
 * The customer's other orders that count on the account in this currency: those that are ready, and those for which is deducted; with what of
 * them is not on the account yet. What the host has authorised may be there, whether or not the ledger's answer came.
 */
export async function relyingOthers(
  db: BankDatabase,
  { customer_id, currency, ...self }: Funding,
): Promise<Reliance[]> {
  const { rows } = await sql<Reliance>`
    select f.total, coalesce(sum(l.amount::numeric) filter (where l.state = 'planned'), 0)::text as coming
    from fundings f
    left join funding_legs l on l.merchant_id = f.merchant_id and l.order_number = f.order_number
      and l.customer_id = f.customer_id
    where f.customer_id = ${customer_id} and f.currency = ${currency} and f.is_waiting
      and not (f.merchant_id = ${self.merchant_id} and f.order_number = ${self.order_number})
    group by f.merchant_id, f.order_number, f.total, f.state
    having f.state in ('ready', 'unneeded')
      or (f.state = 'asked' and bool_or(l.state in (${sql.join(OPEN_LEG_STATES)})))`.execute(db);
  return rows;
}

/** What was planned to leave the customer's account in this currency, and is still on it. */
export async function leavingOf(
  db: BankDatabase,
  { customer_id, currency }: Funding,
): Promise<string> {
  const { rows } = await sql<{ readonly sum: string }>`
    select coalesce(sum(m.amount::numeric), 0)::text as sum
    from funding_moves m
    join fundings f on f.merchant_id = m.merchant_id and f.order_number = m.order_number
      and f.customer_id = m.customer_id
    where m.customer_id = ${customer_id} and f.currency = ${currency}
      and m.state = 'planned' and m.kind in ('release', 'refund')`.execute(db);
  return rows[0]?.sum ?? '0';
}

/** SQL: the token that funds the orders of the customer whom the expression names. Null: there is none, or the customer wants none. */
export const fundingToken = (customer: RawBuilder<string>): RawBuilder<string | null> => sql`
  case when exists (select from funding_choices where customer_id = ${customer})
    then (select token from funding_choices where customer_id = ${customer})
    else (select token from instruments where customer_id = ${customer} order by linked_in, token limit 1) end`;

/** The instrument that funds a customer's orders; null when there is none, or the customer wants none. */
export async function instrumentOf(db: BankDatabase, customerId: string): Promise<string | null> {
  const { rows } = await sql<{ readonly token: string | null }>`
    select ${fundingToken(sql`${customerId}::text`)} as token`.execute(db);
  return rows[0]?.token ?? null;
}

/** @returns undefined for a token that no customer of this bank has linked. */
export async function kindOf(
  db: BankDatabase,
  token: string,
): Promise<InstrumentTable['kind'] | undefined> {
  const row = await db
    .selectFrom('instruments')
    .select('kind')
    .where('token', '=', token)
    .executeTakeFirst();
  return row?.kind;
}
