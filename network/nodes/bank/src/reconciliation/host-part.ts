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
  missing: z.string().nullable().describe('why there was no statement; null: none was awaited'),
  waits: z.boolean().describe('whether a statement that comes later may say more of this day'),
  counts: z.object({ differences: z.int(), underWay: z.int() }),
  differences: z.array(difference).max(MOST_NAMED),
  underWay: z.array(underWay).max(MOST_NAMED),
  sums: z.array(kindSum).describe('of its entries'),
});

/** Of one host. */
export type HostPart = z.output<typeof hostPart>;

export type HostParts = ReadonlyMap<string, HostPart>;

/** As it is kept. */
export interface KeptPart {
  readonly part: HostPart;
  /** When the host was asked. Milliseconds since 1970. */
  readonly saidAt: number;
  /** Whether a later clock said that this had not come yet. */
  readonly isDoubted: boolean;
}

export type KeptParts = ReadonlyMap<string, KeptPart>;

/** As reports were written before they said which hosts gave a statement, too. */
const stored = report.extend({ hosts: report.shape.hosts.unwrap().optional() });

/** What there is of a version that kept no parts. Without `hosts`, all had given a statement: there was no report otherwise. */
type Unparted = Pick<z.output<typeof stored>, 'differences' | 'hosts'>;

/** What is known of a day from an earlier time. */
export interface KnownDay {
  readonly day: string;
  /** Whether the day had ended then, by a clock that was not ahead. */
  readonly isWhole: boolean;
  readonly parts: KeptParts;
  readonly unparted: Unparted;
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
    .select(['host', 'part', 'said_at as saidAt', 'doubted as isDoubted'])
    .where('day', '=', day)
    .execute();
  return {
    day,
    isWhole: !row.doubted && isOver(day, row.made_at),
    parts: new Map(
      rows.map(({ host, part, ...kept }) => [
        host,
        { ...kept, part: hostPart.parse(JSON.parse(part)) },
      ]),
    ),
    unparted: stored.parse(JSON.parse(row.report)),
  };
}

const hadStatement = ({ hosts }: Unparted, host: string): boolean =>
  hosts === undefined || (hosts[host]?.entries ?? null) !== null;

/** What a host's own words named: not what it only lacked, if its statement was not of the whole day. */
function saidIn(day: string, { part, saidAt }: KeptPart): readonly Difference[] {
  // Without a statement, the part has nothing but what was kept of an earlier one.
  const isOfWhole = part.entries === null || isOver(day, saidAt);
  return ofHosts(part.differences).filter((each) => isOfWhole || each.host !== null);
}

/** What is between book and host, without statements that were missing. */
const ofHosts = (differences: readonly Difference[]) =>
  differences
    .filter((each) => each.pair === 'book-host')
    .filter(({ field }) => field !== 'statement');

/** Whether the part is of a host that gave no statements then. */
const isOfNone = ({ entries, missing }: HostPart): boolean => entries === null && missing === null;

/** Whether the host was one that gives no statements. */
export const gaveNone = (host: string, known: KnownDay | undefined): boolean => {
  const kept = known?.parts.get(host);
  return kept !== undefined && isOfNone(kept.part);
};

/**
 * @param giving hosts that give statements by now
 * @returns the days on which one of them gave none
 */
export async function daysUncompared(
  db: BankDatabase,
  giving: readonly string[],
  since: string,
): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('reconciled_hosts')
    .select(['day', 'host', 'part'])
    .where('day', '>=', since)
    .execute();
  const uncompared = rows.filter(
    ({ host, part }) => giving.includes(host) && isOfNone(hostPart.parse(JSON.parse(part))),
  );
  return new Set(uncompared.map(({ day }) => day));
}

/** Whether there is anything to be kept of a host. */
const isHeard = (day: string, kept: KeptPart): boolean =>
  kept.part.entries !== null || saidIn(day, kept).length > 0;

/** @returns the hosts that have said something of the day, also those that are not configured any more */
export function hostsOf({ day, parts, unparted }: KnownDay): readonly string[] {
  if (parts.size === 0)
    return Object.keys(unparted.hosts ?? {}).filter((host) => hadStatement(unparted, host));
  return [...parts].filter(([, kept]) => isHeard(day, kept)).map(([host]) => host);
}

/** Of which host a difference is was not kept without parts: the first that gives no statement any more gets them all, once. */
function saidUnparted(host: string, said: HostParts, unparted: Unparted): readonly Difference[] {
  const heir = [...said].find(
    ([name, { entries }]) => entries === null && hadStatement(unparted, name),
  );
  if (heir?.[0] !== host) return [];
  return ofHosts(unparted.differences).filter((each) => each.host !== null);
}

function saidBy(host: string, said: HostParts, known: KnownDay): readonly Difference[] {
  if (known.parts.size === 0) return saidUnparted(host, said, known.unparted);
  const kept = known.parts.get(host);
  return kept === undefined ? [] : saidIn(known.day, kept);
}

const withSaid = (part: HostPart, said: readonly Difference[]): HostPart => ({
  ...part,
  differences: [...part.differences, ...said].slice(0, MOST_NAMED),
  counts: { ...part.counts, differences: part.counts.differences + said.length },
});

/** A statement that is not doubted, of the whole day: what it said stays as it is. */
const stands = (day: string, { part, saidAt, isDoubted }: KeptPart): boolean =>
  part.entries !== null && !isDoubted && isOver(day, saidAt);

/**
 * @param said now, at `now`
 * @returns the parts with what is known from an earlier time, where there is no statement now
 */
export function withKnown(said: HostParts, known: KnownDay | undefined, now: number): KeptParts {
  const keptOf = (host: string, part: HostPart): KeptPart => {
    const fresh = { part, saidAt: now, isDoubted: false };
    if (part.entries !== null || known === undefined) return fresh;
    const before = known.parts.get(host);
    if (before !== undefined && stands(known.day, before)) return before;
    return { ...fresh, part: withSaid(part, saidBy(host, said, known)) };
  };
  return new Map([...said].map(([host, part]) => [host, keptOf(host, part)]));
}

/**
 * A report without parts stays as it is while a statement is missing that it had.
 * @throws HostUnavailable then
 */
export function refuseUnparted(parts: HostParts, known: KnownDay | undefined): void {
  if (known?.isWhole !== true || known.parts.size > 0) return;
  for (const [host, { entries, missing }] of parts)
    if (entries === null && hadStatement(known.unparted, host))
      throw new HostUnavailable(missing ?? '');
}

/** @returns rows that keep the parts of a day */
export const rowsOf = (day: string, parts: KeptParts) =>
  [...parts].map(([host, { part, saidAt, isDoubted }]) => ({
    ...{ day, host, part: JSON.stringify(part), said_at: saidAt, doubted: isDoubted },
  }));
