// SPDX-License-Identifier: Apache-2.0
// What couriers earned by day, their shares, and the payroll that pays each once.
import type { Amount } from '@fabric-offline-pay/domain';
import { NodeError } from '@fabric-offline-pay/node-common/client';
import { sql } from 'kysely';
import { dayOf, type Day } from '../clock.js';
import type { Caller, LogisticsContext } from '../context.js';
import { LogisticsError } from '../errors.js';
import { ACCOUNTS, courierAccount, owedUntil, type OwedToCourier } from './accounts.js';

/** From the first day to the last, both included. */
export interface Days {
  readonly from: Day;
  readonly to: Day;
}

export interface EarnedOnDay {
  readonly day: Day;
  readonly courierId: string;
  readonly currency: string;
  /** Deliveries whose fee was credited. */
  readonly deliveries: number;
  readonly amount: Amount;
}

/** @returns what couriers earned, by day, courier and currency; a courier's own only */
export async function listEarnings(
  { db }: Pick<LogisticsContext, 'db'>,
  { role, name }: Caller,
  { from, to, courierId }: Days & { readonly courierId?: string | undefined },
): Promise<readonly EarnedOnDay[]> {
  const courier = courierId ?? null;
  const own = role === 'courier' ? name : null;
  const { rows } = await sql<EarnedOnDay>`
    select day, courier_id as "courierId", currency,
      count(distinct (merchant_id, order_number))::integer as deliveries,
      sum(cast(amount as numeric))::text as amount
    from courier_entries
    where kind = 'earned' and credit <> ${ACCOUNTS.company} and day >= ${from} and day <= ${to}
      and (cast(${courier} as text) is null or courier_id = ${courier})
      and (cast(${own} as text) is null or courier_id = ${own})
    group by day, courier_id, currency order by day, courier_id, currency
  `.execute(db);
  return rows;
}

/** Sets a courier's share of the fees that are credited from an instant on. Fees that were divided before stay as they are. */
export async function setShare(
  { db, clock }: Pick<LogisticsContext, 'db' | 'clock'>,
  { name }: Caller,
  courierId: string,
  basisPoints: number,
): Promise<number> {
  const validFrom = clock();
  const columns = { basis_points: basisPoints, set_by: name };
  await db
    .insertInto('courier_shares')
    .values({ courier_id: courierId, valid_from: validFrom, ...columns })
    .onConflict((conflict) => conflict.columns(['courier_id', 'valid_from']).doUpdateSet(columns))
    .execute();
  return validFrom;
}

/** @returns what is owed today, by courier and currency; a courier's own only */
export async function listOwed(
  { db, clock, rules }: Pick<LogisticsContext, 'db' | 'clock' | 'rules'>,
  { role, name }: Caller,
): Promise<readonly OwedToCourier[]> {
  const owed = await owedUntil(db, dayOf(clock(), rules.timeZone));
  return owed.filter(({ courierId }) => role !== 'courier' || courierId === name);
}

/** A payroll pays each courier everything that it earned until the end of a day and was not paid before. */
export interface Payroll {
  readonly day: Day;
  readonly payments: readonly (OwedToCourier & { readonly paymentId: string })[];
}

const paymentIdOf = (day: Day, { courierId, currency }: Omit<OwedToCourier, 'amount'>): string =>
  ['paid', day, courierId, currency].join('/');

/** @throws {NodeError} NOT_FOUND when nobody was paid on this day's payroll */
export async function readPayroll(
  { db }: Pick<LogisticsContext, 'db'>,
  day: Day,
): Promise<Payroll> {
  const payments = await paymentsOf({ db }, day);
  if (payments.length === 0) throw new NodeError('NOT_FOUND', 'day');
  return { day, payments };
}

async function paymentsOf({ db }: Pick<LogisticsContext, 'db'>, day: Day) {
  const rows = await db
    .selectFrom('courier_entries')
    .select(['entry_id', 'courier_id', 'currency', 'amount'])
    .where('kind', '=', 'paid')
    .where('day', '=', day)
    .orderBy('courier_id')
    .orderBy('currency')
    .execute();
  return rows.map((row) => ({
    paymentId: row.entry_id,
    courierId: row.courier_id,
    currency: row.currency,
    amount: row.amount,
  }));
}

/**
 * Closes a day: what couriers earned until its end goes to payroll. Safe to repeat: a day's payment of a courier is made once, and what was
 * paid is owed no more.
 * @throws {LogisticsError} DAY_NOT_OVER
 */
export async function closePayroll(
  { db, clock, rules }: Pick<LogisticsContext, 'db' | 'clock' | 'rules'>,
  day: Day,
): Promise<Payroll> {
  const now = clock();
  if (day >= dayOf(now, rules.timeZone)) throw new LogisticsError('DAY_NOT_OVER', 'day');
  await db.transaction().execute(async (transaction) => {
    // Two payrolls at the same time would both pay what neither sees as paid.
    await sql`lock table courier_entries in share row exclusive mode`.execute(transaction);
    for (const owed of await owedUntil(transaction, day))
      await transaction
        .insertInto('courier_entries')
        .values({
          entry_id: paymentIdOf(day, owed),
          kind: 'paid',
          debit: courierAccount(owed.courierId),
          credit: ACCOUNTS.payroll,
          courier_id: owed.courierId,
          currency: owed.currency,
          amount: owed.amount,
          day,
          at: now,
          merchant_id: null,
          order_number: null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
  });
  return { day, payments: await paymentsOf({ db }, day) };
}

/** RFC 4180. Identifiers and amounts need no quotes. */
export function payrollCsv({ day, payments }: Payroll): string {
  const rows = payments.map(({ paymentId, courierId, currency, amount }) =>
    [paymentId, day, courierId, currency, amount].join(','),
  );
  return ['payment,day,courier,currency,minorUnits', ...rows, ''].join('\r\n');
}
