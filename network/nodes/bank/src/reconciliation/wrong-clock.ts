// SPDX-License-Identifier: Apache-2.0
// A clock that was ahead has made reports and statements of days that had not come. They are found while they are later than the clock that is
// right again, and stay doubted when their time has come.
import type { BankDatabase } from '../database/schema.js';

/** @param now milliseconds since 1970; what was made later than this counts as not made from here on */
export async function doubtEarly(db: BankDatabase, now: number): Promise<void> {
  for (const table of ['reconciliations', 'backings'] as const)
    await db
      .updateTable(table)
      .set({ doubted: true })
      .where('made_at', '>', now)
      .where('doubted', '=', false)
      .execute();
}
