// SPDX-License-Identifier: Apache-2.0
// What the queue noted while the database's clock was ahead, by an hour or by a month. It compares such times with its clock: what was
// asked for then would wait until the clock gets there again, the clock's own work would not be asked for until then, and a run that was
// killed would not be given up.
import { sql } from 'kysely';
import { JOBS, SCHEMA, type AnyDatabase } from './queue-table.js';

/** Longer than a run waits that is asked for later. */
const LIMIT = sql`now() + interval '2 minutes'`;

/** The farthest that the queue puts the next attempt off after so many: up to an hour. */
const ATTEMPT_LIMIT = sql`${LIMIT} + least(3600, 2 ^ least(16, retry_count + 1)) * interval '1 second'`;

/** When the queue did each of its passes last. */
const STAMPS = {
  version: ['cron_on', 'bam_on', 'flow_on', 'reindex_on'],
  queue: ['monitor_claim_on', 'monitor_on', 'maintain_on'],
} as const;

/** Gives stamps of the future the present time. */
function stampsBack(table: keyof typeof STAMPS) {
  const stamps = STAMPS[table].map((name) => sql.ref(name));
  const back = stamps.map(
    (stamp) => sql`${stamp} = case when ${stamp} > ${LIMIT} then now() else ${stamp} end`,
  );
  const isAhead = stamps.map((stamp) => sql`${stamp} > ${LIMIT}`);
  return sql`
    update ${sql.table(`${SCHEMA}.${table}`)} set ${sql.join(back)} where ${sql.join(isAhead, sql` or `)}
  `;
}

/** Gives times of the future, as no right clock writes them, the present one. Nothing is lost: all of it runs so that once more does no harm. */
export async function bringBack(db: AnyDatabase): Promise<void> {
  await sql`
    with passes as (${stampsBack('version')}), queues as (${stampsBack('queue')})
    update ${JOBS} set start_after = least(start_after, now()),
      started_on = case when started_on > ${LIMIT} then now() else started_on end
    where (state = 'created' and start_after > ${LIMIT})
      or (state = 'retry' and start_after > ${ATTEMPT_LIMIT})
      or (state = 'active' and started_on > ${LIMIT})
  `.execute(db);
}
