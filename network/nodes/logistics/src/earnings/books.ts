// SPDX-License-Identifier: Apache-2.0
// The company's books beside the ledger: every fee that was credited is somebody's.
import { sql } from 'kysely';
import type { LogisticsContext } from '../context.js';
import { ACCOUNTS } from './accounts.js';

/** One currency; sums of minor units. */
export interface Books {
  readonly currency: string;
  readonly credited: string;
  readonly company: string;
  readonly owed: string;
  readonly paid: string;
  /** `0`, or the books are wrong. */
  readonly undivided: string;
}

/** @returns the books of every currency in which a fee was credited */
export async function readBooks({ db }: Pick<LogisticsContext, 'db'>): Promise<readonly Books[]> {
  const { rows } = await sql<Books>`
    select currency, credited::text, company::text, (couriers - paid)::text as owed, paid::text,
      (credited - company - couriers)::text as undivided
    from (
      select c.currency, c.credited,
        coalesce(sum(e.amount) filter (where e.credit = ${ACCOUNTS.company}), 0) as company,
        coalesce(sum(e.amount) filter (where e.kind = 'earned' and e.credit <> ${ACCOUNTS.company}), 0) as couriers,
        coalesce(sum(e.amount) filter (where e.kind = 'paid'), 0) as paid
      from (select currency, sum(cast(amount as numeric)) as credited from credits group by currency) c
      left join (select currency, kind, credit, cast(amount as numeric) as amount from courier_entries) e
        on e.currency = c.currency
      group by c.currency, c.credited
    ) b order by currency
  `.execute(db);
  return rows;
}
