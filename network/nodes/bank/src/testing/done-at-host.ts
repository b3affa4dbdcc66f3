// SPDX-License-Identifier: Apache-2.0
// What the host has done in all, by the requests that it carried out.
import type { MovementKind } from '../core-banking/core-banking.js';
import type { BankDatabase } from '../database/schema.js';

/** @returns minor units by the kind of the request */
export async function doneAtHost(db: BankDatabase): Promise<(kind: MovementKind) => number> {
  const rows = await db
    .selectFrom('host_requests')
    .select(['kind', 'amount'])
    .where('state', '=', 'done')
    .execute();
  return (kind) =>
    rows.filter((row) => row.kind === kind).reduce((all, { amount }) => all + Number(amount), 0);
}
