// SPDX-License-Identifier: Apache-2.0
// Puts due changes of telephone and password into effect. Every reader of a customer's credentials does this first.
import type { BankDatabase, Change, Customer } from '../database/schema.js';

const dueChanges = (db: BankDatabase, customerId: string, now: number): Promise<Change[]> =>
  db
    .selectFrom('credential_changes')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('state', '=', 'waiting')
    .where('effective_at', '<=', now)
    .orderBy('effective_at')
    .orderBy('seq')
    .execute();

const columnsOf = ({ phone, password_hash }: Change): Partial<Customer> => ({
  ...(phone !== null && { phone }),
  ...(password_hash !== null && { password_hash, password_changed: true }),
});

/** Who has lost a telephone has lost the passkey on it, too. */
const removePasskeys = (db: BankDatabase, customerId: string, at: number) =>
  db
    .updateTable('passkeys')
    .set({ removed_at: at })
    .where('customer_id', '=', customerId)
    .where('removed_at', 'is', null)
    .execute();

async function apply(db: BankDatabase, change: Change, now: number): Promise<void> {
  await db
    .updateTable('customers')
    .set(columnsOf(change))
    .where('customer_id', '=', change.customer_id)
    .execute();
  if (change.kind === 'recovery') await removePasskeys(db, change.customer_id, now);
  await db
    .updateTable('credential_changes')
    .set({ state: 'done' })
    .where('change_id', '=', change.change_id)
    .execute();
}

/** Runs in the transaction that locks the customer's row. @returns whether it changed the row. */
export async function settleChanges(
  db: BankDatabase,
  customerId: string,
  now: number,
): Promise<boolean> {
  const due = await dueChanges(db, customerId, now);
  for (const change of due) await apply(db, change, now);
  return due.length > 0;
}
