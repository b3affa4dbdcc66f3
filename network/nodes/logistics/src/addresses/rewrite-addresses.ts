// SPDX-License-Identifier: Apache-2.0
// Addresses that were erased leave the table's files, too: the engine keeps the bytes of deleted and replaced rows until the table is written
// anew. That takes the longer the more addresses are held, and holds up whoever reads them, so that it is not done at each pick-up.
import { sql } from 'kysely';
import type { LogisticsContext } from '../context.js';
import type { LogisticsDatabase } from '../database/schema.js';

/** Whoever comes after the rewriting waits behind it, and it waits for whoever has read the table and not ended: not for long. */
const LOCK_TIMEOUT = '500ms';

async function hasRemains(db: LogisticsDatabase): Promise<boolean> {
  const remains = await db
    .selectFrom('address_remains')
    .select('erased_by')
    .limit(1)
    .executeTakeFirst();
  return remains !== undefined;
}

/** The limit is the connection's, because this statement can be in no transaction: it goes before others use the connection. */
async function rewrite(db: LogisticsDatabase): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`set lock_timeout = ${sql.lit(LOCK_TIMEOUT)}`.execute(connection);
    try {
      await sql`vacuum full held_addresses`.execute(connection);
    } finally {
      await sql`reset lock_timeout`.execute(connection);
    }
  });
}

/**
 * Bytes that a reader might still look at were written again, also when he never read this table. What is older than the oldest of them is
 * gone: the engine notes that as the table's oldest transaction when it writes it anew.
 */
async function forgetGone(db: LogisticsDatabase): Promise<void> {
  await sql`
    delete from address_remains where age(erased_by::xid) > (
      select age(relfrozenxid) from pg_class where oid = 'held_addresses'::regclass)
  `.execute(db);
}

/**
 * Writes the table anew when something was erased since.
 * @throws when somebody who has read the table does not end: to be tried again
 */
export async function rewriteAddresses({ db }: Pick<LogisticsContext, 'db'>): Promise<void> {
  if (!(await hasRemains(db))) return;
  await rewrite(db);
  await forgetGone(db);
}
