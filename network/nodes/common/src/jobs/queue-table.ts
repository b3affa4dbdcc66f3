// SPDX-License-Identifier: Apache-2.0
// Where the queue keeps its work.
import { sql, type Kysely } from 'kysely';

/** A database or a transaction, whatever its tables. */
export type AnyDatabase = Pick<Kysely<object>, 'executeQuery' | 'getExecutor'>;

export const SCHEMA = 'jobs';
/** The queue's own table. */
export const JOBS = sql.table(`${SCHEMA}.job`);
