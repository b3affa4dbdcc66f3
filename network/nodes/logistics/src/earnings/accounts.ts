// SPDX-License-Identifier: Apache-2.0
// The company's books of fees: accounts, and entries that move money between two of them.
import type { Amount } from '@fabric-offline-pay/domain';
import { sql, type Kysely } from 'kysely';
import type { LogisticsTables } from '../database/schema.js';
import type { Day } from '../clock.js';

export const ACCOUNTS = {
  /** What the ledger credited. */
  fees: 'fees',
  /** What the company keeps. */
  company: 'company',
  /** What was handed over to payroll. */
  payroll: 'payroll',
} as const;

/** What the company owes a courier. */
export const courierAccount = (courierId: string): string => `courier/${courierId}`;

/** What couriers earned and were not paid yet. */
export interface OwedToCourier {
  readonly courierId: string;
  readonly currency: string;
  readonly amount: Amount;
}

interface OwedRow {
  readonly courier_id: string;
  readonly currency: string;
  readonly owed: string;
}

/** @returns what is owed from entries up to and including the day, in order of couriers and currencies; nothing that is zero */
export async function owedUntil(
  db: Kysely<LogisticsTables>,
  day: Day,
): Promise<readonly OwedToCourier[]> {
  const { rows } = await sql<OwedRow>`
    select courier_id, currency,
      sum(case kind when 'earned' then cast(amount as numeric) else -cast(amount as numeric) end)::text as owed
    from courier_entries
    where (kind = 'paid' or day <= ${day}) and credit <> ${ACCOUNTS.company}
    group by courier_id, currency order by courier_id, currency
  `.execute(db);
  return rows
    .filter(({ owed }) => BigInt(owed) > 0n)
    .map(({ courier_id: courierId, currency, owed }) => ({ courierId, currency, amount: owed }));
}
