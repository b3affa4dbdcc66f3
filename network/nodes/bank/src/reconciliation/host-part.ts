// SPDX-License-Identifier: Apache-2.0
// What was compared with one host of a day: a part of the day's report that is kept by itself. What a statement once said stays said, though the
// host does not give it any more, and whatever the other hosts say since.
import * as z from 'zod';
import { HostUnavailable } from '../core-banking/core-banking.js';
import type { BankDatabase } from '../database/schema.js';
import { isOver } from './days.js';
import { difference, report, underWay, type Difference } from './report.js';

/** The most that a report names of each; more have one cause. */
export const MOST_NAMED = 1000;

const kindSum = z.object({ kind: z.string(), currency: z.string(), sum: z.string() });

const hostPart = z.object({
  entries: z.int().nullable().describe('in its statement; null: nothing was compared'),
  missing: z.string().nullable().describe('why there was no statement'),
  waits: z.boolean().describe('whether a statement that comes later may say more of this day'),
  counts: z.object({ differences: z.int(), underWay: z.int() }),
  differences: z.array(difference).max(MOST_NAMED),
  underWay: z.array(underWay).max(MOST_NAMED),
  sums: z.array(kindSum).describe('of its entries'),
});

/** Of one host. */
export type HostPart = z.output<typeof hostPart>;

export type HostParts = ReadonlyMap<string, HostPart>;

/** As reports were written before they said which hosts gave a statement, too. */
const stored = report.extend({ hosts: report.shape.hosts.unwrap().optional() });

/** What is known of a day from an earlier time. */
export interface KnownDay {
  /** Whether the day had ended then, by a clock that was not ahead. */
  readonly isWhole: boolean;
  readonly parts: HostParts;
  /** What there is of a version that kept no parts. Without `hosts`, all had given a statement: there was no report otherwise. */
  readonly unparted: Pick<z.output<typeof stored>, 'differences' | 'hosts'>;
}

/** @returns undefined for a day without a report */
export async function readKnown(db: BankDatabase, day: string): Promise<KnownDay | undefined> {
  const row = await db
    .selectFrom('reconciliations')
    .select(['made_at', 'doubted', 'report'])
    .where('day', '=', day)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const rows = await db
    .selectFrom('reconciled_hosts')
    .select(['host', 'part'])
    .where('day', '=', day)
    .execute();
  return {
    isWhole: !row.doubted && isOver(day, row.made_at),
    parts: new Map(rows.map(({ host, part }) => [host, hostPart.parse(JSON.parse(part))])),
    unparted: stored.parse(JSON.parse(row.report)),
  };
}

/** @returns the hosts that it has, also those that are not configured any more */
export const hostsOf = ({ parts, unparted: { hosts = {} } }: KnownDay): readonly string[] =>
  parts.size > 0 ? [...parts.keys()] : Object.keys(hosts);

/** @returns what a host's own words named, without what it only lacked */
function saidBy(host: string, { parts, unparted }: KnownDay): readonly Difference[] {
  const { differences } = parts.size > 0 ? (parts.get(host) ?? { differences: [] }) : unparted;
  return differences.filter((each) => each.pair === 'book-host' && each.host !== null);
}

/** @returns the part with what is known from an earlier time, if there is no statement now */
export function withKnown(host: string, part: HostPart, known: KnownDay | undefined): HostPart {
  if (part.entries !== null || known === undefined) return part;
  const before = known.parts.get(host);
  if (known.isWhole && before !== undefined && before.entries !== null) return before;
  const said = saidBy(host, known);
  return {
    ...part,
    differences: [...part.differences, ...said].slice(0, MOST_NAMED),
    counts: { ...part.counts, differences: part.counts.differences + said.length },
  };
}

/**
 * A report without parts stays as it is while a statement is missing that it had.
 * @throws HostUnavailable then
 */
export function refuseUnparted(parts: HostParts, known: KnownDay | undefined): void {
  if (known?.isWhole !== true || known.parts.size > 0) return;
  const { hosts } = known.unparted;
  const hadStatement = (host: string): boolean =>
    hosts === undefined || (hosts[host]?.entries ?? null) !== null;
  for (const [host, { entries, missing }] of parts)
    if (entries === null && hadStatement(host)) throw new HostUnavailable(missing ?? '');
}

/** @returns rows that keep the parts of a day */
export const rowsOf = (day: string, parts: HostParts) =>
  [...parts].map(([host, part]) => ({ day, host, part: JSON.stringify(part) }));
