// SPDX-License-Identifier: Apache-2.0
// Near midnight, book and host may have an entry on two days. Who belongs to whom is decided alike in the report of each of these days, or an
// entry could be explained by a line in two reports, and named in neither. Pure.
import { matchHost, type Matched } from './compare-host.js';

/** So many days on each side decide about one: its neighbours may have their own entry on the day after next. */
export const NEAR = 2;

/** What is left of each day finds its other side on the day after (1), where the host is behind the book, or on the day before (−1). */
async function matchAcross(days: readonly Matched[], shift: 1 | -1): Promise<readonly Matched[]> {
  const found: Matched[] = [];
  for (const [index, { lines }] of days.entries())
    found.push(await matchHost(lines, days[index + shift]?.entries ?? []));
  return days.map((day, index) => ({
    matches: [...day.matches, ...(found[index]?.matches ?? [])],
    lines: found[index]?.lines ?? [],
    entries: found[index - shift]?.entries ?? day.entries,
  }));
}

/**
 * @param days beside each other: {@link NEAR}, the day, and {@link NEAR} more, each with what it explains by itself. What a line has found on
 * its own day explains nothing on another.
 * @returns the middle one, with what the other days explain of it
 */
export async function matchMiddle(days: readonly Matched[]): Promise<Matched> {
  const after = await matchAcross(days, 1);
  const all = await matchAcross(after, -1);
  return all[NEAR] ?? { matches: [], lines: [], entries: [] };
}
