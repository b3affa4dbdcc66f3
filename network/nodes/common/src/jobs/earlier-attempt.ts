// SPDX-License-Identifier: Apache-2.0
// A run failed while an earlier attempt under its key waits for its turn. The queue keeps one attempt of a key, so the run that failed just now
// has none of its own: the earlier one then stands for both.
import { sql } from 'kysely';
import type { JobWithMetadata } from 'pg-boss';
import { JOBS, type AnyDatabase } from './queue-table.js';

const HOUR = 3_600;

/** An attempt that was brought forward waits no longer than after so many failures, a few minutes, when it fails too. */
const MOST_COUNTED = 8;

/** @returns seconds, at least, that the queue waits after this run failed; see `QUEUE_SETTINGS` */
const waitAfter = (retryCount: number): number => Math.min(HOUR, 2 ** retryCount);

/**
 * Has the earlier attempt begin as soon as the failed run would be tried again, with what the failed one was asked for. Without an earlier
 * attempt nothing happens. To be called before the queue hears of the failure: until then no attempt under the key can begin.
 */
export async function bringForward(
  db: AnyDatabase,
  { name, singletonKey, retryCount, data, priority }: JobWithMetadata,
): Promise<void> {
  await sql`
    update ${JOBS} set start_after = least(start_after, now() + make_interval(secs => ${waitAfter(retryCount)})),
      retry_count = least(retry_count, ${MOST_COUNTED}), data = ${JSON.stringify(data)}::jsonb, priority = ${priority}
    where name = ${name} and singleton_key = ${singletonKey} and state = 'retry'
  `.execute(db);
}
