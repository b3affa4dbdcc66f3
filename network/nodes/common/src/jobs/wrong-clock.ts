// SPDX-License-Identifier: Apache-2.0
// What the queue noted while the database's clock was ahead. It compares such times with its clock: what was asked for then would wait until the
// clock gets there again, the clock's own work would not be asked for until then, and a run that was killed would not be given up.
import { sql } from 'kysely';
import { JOBS, SCHEMA, type AnyDatabase } from './queue-table.js';

/** Longer than anything waits for its next attempt. */
const FARTHEST = sql.lit('2 hours');

/** Gives times of the future, as no right clock writes them, the present one. Nothing is lost: all of it runs so that once more does no harm. */
export async function bringBack(db: AnyDatabase): Promise<void> {
  const [queues, passes] = ['queue', 'version'].map((name) => sql.table(`${SCHEMA}.${name}`));
  const limit = sql`now() + ${FARTHEST}::interval`;
  await sql`
    with passed as (update ${passes} set cron_on = now() where cron_on > ${limit}),
      looked as (
        update ${queues} set monitor_claim_on = null, monitor_on = null
        where monitor_claim_on > ${limit} or monitor_on > ${limit})
    update ${JOBS} set start_after = least(start_after, now()),
      started_on = case when started_on > ${limit} then now() else started_on end
    where (state < 'active' and start_after > ${limit}) or (state = 'active' and started_on > ${limit})
  `.execute(db);
}
