// SPDX-License-Identifier: Apache-2.0
// Whether something lasts, by the time that was noted when it began.
import { sql, type RawBuilder } from 'kysely';

/**
 * SQL: whether what began at this time lasts for so long. A time of the future counts as none: a clock that was a month ahead for a minute
 * noted it, and nobody can say since when it lasts. What other machines note, whose clocks are ahead by less than this span, still has its
 * own time.
 * @param column of a time, milliseconds since 1970
 * @param now milliseconds since 1970
 */
export const lastsFor = (column: string, spanMs: number, now: number): RawBuilder<boolean> =>
  sql<boolean>`(${sql.ref(column)} <= ${now - spanMs}::bigint or ${sql.ref(column)} > ${now + spanMs}::bigint)`;
