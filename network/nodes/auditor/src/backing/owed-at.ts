// SPDX-License-Identifier: Apache-2.0
// What a bank had made and owed after any audited block. The database adds up, so that what is held in memory grows with the bank's holders, not
// with the ledger.
import type { HolderKind, Liability } from '@fabric-offline-pay/domain';
import { byCodeUnit } from '@fabric-offline-pay/domain';
import { sql } from 'kysely';
import type { AuditorDatabase } from '../database/schema.js';
import { figuresOf, NO_MONEY, type MoneyTotals } from '../money/index.js';

/** A bank at a height. */
export interface BankAt {
  readonly bankId: string;
  /** The last block that counts. */
  readonly block: number;
}

interface HolderSum {
  readonly currency: string;
  readonly kind: HolderKind;
  readonly id: string;
  readonly amount: string;
}

const byHolder = (a: Liability, b: Liability): number =>
  byCodeUnit(a.currency, b.currency) || byCodeUnit(a.kind, b.kind) || byCodeUnit(a.id, b.id);

/** @returns what the bank owed, one entry for each holder and currency, sorted as `Holdings` does */
export async function owedAt(
  db: AuditorDatabase,
  { bankId, block }: BankAt,
): Promise<readonly Liability[]> {
  const { rows } = await sql<HolderSum>`
    with pockets as (
      select distinct on (pocket) holds from pocket_history
      where block <= ${block} order by pocket, weight desc, block desc
    ), banks as (
      select distinct on (payee_id) payee_id, bank_id from payee_banks
      where block <= ${block} order by payee_id, block desc
    ), held as (
      select each.* from pockets cross join
        jsonb_to_recordset(pockets.holds::jsonb)
          as each (kind text, id text, "bankId" text, currency text, amount text)
    )
    select held.currency, held.kind, held.id, sum(held.amount::numeric)::text as amount
    from held left join banks on held."bankId" is null and banks.payee_id = held.id
    where coalesce(held."bankId", banks.bank_id) = ${bankId}
    group by held.currency, held.kind, held.id
  `.execute(db);
  return rows.map((row) => ({ bankId, ...row })).sort(byHolder);
}

/** @returns what the bank had made less what it took back, by currency, in minor units */
export async function supplyAt(
  db: AuditorDatabase,
  { bankId, block }: BankAt,
): Promise<ReadonlyMap<string, bigint>> {
  const row = await db
    .selectFrom('money_history')
    .select('money')
    .where('block', '<=', block)
    .orderBy('block', 'desc')
    .limit(1)
    .executeTakeFirst();
  const totals = row === undefined ? NO_MONEY : (JSON.parse(row.money) as MoneyTotals);
  const supply = new Map<string, bigint>();
  for (const { currency, bank, part, units } of figuresOf(totals)) {
    const sign = part === 'made' ? 1n : part === 'takenBack' ? -1n : 0n;
    if (bank === bankId && sign !== 0n)
      supply.set(currency, (supply.get(currency) ?? 0n) + sign * units);
  }
  return supply;
}
