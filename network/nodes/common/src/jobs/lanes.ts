// SPDX-License-Identifier: Apache-2.0
// Lines of one kind of work that do not wait for each other. One queue for all of them keeps one run for each key, and is asked once what
// is due in any of them.
import { sql } from 'kysely';
import type { JobData, JobKind } from './job-kind.js';
import { JOBS, type AnyDatabase } from './queue-table.js';

/** Workers of a kind that look into one of its lanes. */
export interface Lane {
  readonly name: string;
  /** From 0; the queue keeps it as the priority, by which workers can choose. */
  readonly lane: number;
}

export const lanesOf = ({ name, lanes }: JobKind): readonly Lane[] =>
  (lanes?.names ?? ['']).map((_, lane) => ({ name, lane }));

/** @returns where a run waits */
export const laneFor = (kind: JobKind | undefined, data: JobData): number =>
  kind?.lanes === undefined ? 0 : Math.max(0, kind.lanes.names.indexOf(kind.lanes.of(data)));

/** What a worker of a lane takes; where there are none, all. */
export const choiceOf = ({ lanes }: JobKind, { lane }: Lane) =>
  lanes === undefined ? {} : { minPriority: lane, maxPriority: lane };

/** A run that waits. */
export interface Waiting {
  readonly key: string;
  readonly lane: number;
  readonly data: JobData;
  readonly afterSeconds?: number | undefined;
}

/** What waits goes over to the lane in which it was asked for now. */
export async function moveWaiting(
  db: AnyDatabase,
  name: string,
  waiting: readonly Waiting[],
): Promise<void> {
  if (waiting.length === 0) return;
  await sql`
    update ${JOBS} as job set priority = asked.lane, data = asked.data
    from jsonb_to_recordset(${JSON.stringify(waiting)}::jsonb) as asked(key text, lane integer, data jsonb)
    where job.name = ${name} and job.singleton_key = asked.key and job.state = 'created' and job.priority <> asked.lane
  `.execute(db);
}

/** @returns the lanes in which something is due */
export async function dueLanes(
  db: AnyDatabase,
  kinds: readonly JobKind[],
): Promise<readonly Lane[]> {
  const lanes = kinds.flatMap((kind) =>
    lanesOf(kind).map((lane) => ({ ...lane, chosen: kind.lanes && lane.lane })),
  );
  const { rows } = await sql<Lane>`
    select name, lane from jsonb_to_recordset(${JSON.stringify(lanes)}::jsonb) as kind(name text, lane integer, chosen integer)
    where exists (
      select 1 from ${JOBS} as job
      where job.name = kind.name and state < 'active' and not blocked and start_after <= now()
        and (chosen is null or priority = chosen))
  `.execute(db);
  return rows;
}
