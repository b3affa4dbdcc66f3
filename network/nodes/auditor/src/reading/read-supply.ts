// SPDX-License-Identifier: Apache-2.0
// All money after a block.
import { readPosition } from '@fabric-offline-pay/node-common/node';
import type { AuditorDatabase } from '../database/schema.js';
import { NO_MONEY, type MoneyTotals } from '../money/index.js';
import { shownMoney, type ShownMoney } from '../report/shown-money.js';

/** @returns `nothing` before the first block, `later` for a block that was not audited yet */
export async function readSupply(
  db: AuditorDatabase,
  block: number | undefined,
): Promise<
  { readonly block: number; readonly money: readonly ShownMoney[] } | 'nothing' | 'later'
> {
  const last = (await readPosition(db)).nextBlock - 1;
  if (last < 0) return 'nothing';
  if (block !== undefined && block > last) return 'later';
  const at = block ?? last;
  const row = await db
    .selectFrom('money_history')
    .select('money')
    .where('block', '<=', at)
    .orderBy('block', 'desc')
    .limit(1)
    .executeTakeFirst();
  const totals = row === undefined ? NO_MONEY : (JSON.parse(row.money) as MoneyTotals);
  return { block: at, money: shownMoney(totals) };
}
