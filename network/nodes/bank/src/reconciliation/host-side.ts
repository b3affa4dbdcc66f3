// SPDX-License-Identifier: Apache-2.0
// Compares the book with each host by itself: with its own statement, so that one that does not come holds up no other.
import {
  HostUnavailable,
  StatementEndless,
  StatementTooLong,
  type HostEntry,
  type Hosts,
} from '../core-banking/core-banking.js';
import type { BankDatabase } from '../database/schema.js';
import {
  compareHost,
  matchHost,
  type HostLine,
  type Matched,
  type OpenRequest,
} from './compare-host.js';
import { dayFrom, isOver } from './days.js';
import { MOST_NAMED, type HostPart, type HostParts } from './host-part.js';
import { matchMiddle } from './match-days.js';
import type { Difference } from './report.js';
import { hostLines, keysAtEdges } from './snapshot.js';
import { entrySums } from './sums.js';

/** What a host said of a day, or why it said nothing. */
type Statement =
  | { readonly entries: readonly HostEntry[]; readonly missing: null }
  | { readonly entries: null; readonly missing: string };

/** What the comparison of all hosts uses. */
export interface HostsContext {
  readonly db: BankDatabase;
  readonly hosts: Hosts;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** What the book says of a day. */
export interface BookSide {
  readonly day: string;
  readonly lines: readonly HostLine[];
  readonly requests: readonly OpenRequest[];
}

type HostContext = HostsContext & { readonly host: string };

const MISSING = [HostUnavailable, StatementEndless, StatementTooLong] as const;

const isMissing = (error: unknown): error is Error => MISSING.some((kind) => error instanceof kind);

async function statementOf({ hosts, host, signal }: HostContext, day: string): Promise<Statement> {
  const asked = hosts.get(host);
  if (asked === undefined)
    return { entries: null, missing: 'The host is not configured any more. Configure it again.' };
  try {
    return { entries: await asked.statement(day, signal), missing: null };
  } catch (error) {
    if (!isMissing(error)) throw error;
    signal.throwIfAborted();
    return { entries: null, missing: error.message };
  }
}

/** Another day, as far as it does not explain itself. */
interface NearDay {
  readonly left: Matched;
  readonly hasStatement: boolean;
}

async function readNear(context: HostContext, day: string): Promise<NearDay> {
  const { entries } = await statementOf(context, day);
  const lines = await hostLines(context.db, day);
  const own = await matchHost(
    lines.filter(({ adapter }) => adapter === context.host),
    entries ?? [],
  );
  return { left: { ...own, matches: [] }, hasStatement: entries !== null };
}

/** What a day does not explain by itself, by the days around it. */
async function matchNear(context: HostContext, day: string, own: Matched) {
  const { db, now } = context;
  const beforeLast = await readNear(context, dayFrom(day, -2));
  const before = await readNear(context, dayFrom(day, -1));
  const after = await readNear(context, dayFrom(day, 1));
  const afterNext = await readNear(context, dayFrom(day, 2));
  const around = [beforeLast, before, after, afterNext];
  const [first, second, third, fourth] = around.map(({ left }) => left) as [
    ...[Matched, Matched, Matched, Matched],
  ];
  return {
    matched: await matchMiddle([first, second, own, third, fourth]),
    pending: await keysAtEdges(db, day, {
      begin: !before.hasStatement,
      end: !after.hasStatement,
    }),
    waits: !isOver(dayFrom(day, 2), now) || around.some(({ hasStatement }) => !hasStatement),
  };
}

async function matchDay(context: HostContext, day: string, own: Matched) {
  const isWhole = own.lines.length === 0 && own.entries.length === 0;
  return isWhole
    ? { matched: own, pending: new Set<string>(), waits: false }
    : matchNear(context, day, own);
}

/** The whole statement is one difference, until it comes. */
const missingStatement = (host: string, lines: readonly HostLine[]): Difference => ({
  ...{ pair: 'book-host', key: host, field: 'statement' },
  ...{ book: `${lines.length} entries`, host: null },
});

async function compareOne(
  context: HostContext,
  { day, lines, requests }: BookSide,
): Promise<HostPart> {
  const { entries, missing } = await statementOf(context, day);
  if (entries === null) {
    const nothing = { entries, underWay: [], sums: [], counts: { differences: 1, underWay: 0 } };
    return {
      ...{ ...nothing, missing, waits: true },
      differences: [missingStatement(context.host, lines)],
    };
  }
  const own = await matchHost(lines, entries);
  const { matched, pending, waits } = await matchDay(context, day, own);
  const { differences, underWay } = await compareHost(matched, requests, pending);
  return {
    ...{ entries: entries.length, missing, waits: waits || underWay.length > 0 },
    counts: { differences: differences.length, underWay: underWay.length },
    differences: differences.slice(0, MOST_NAMED),
    underWay: underWay.slice(0, MOST_NAMED),
    sums: await entrySums(entries),
  };
}

/**
 * @param known hosts that an earlier report of the day has
 * @returns these, each host that is configured, and each that has entries in the book of this day
 */
export async function compareHosts(
  context: HostsContext,
  { day, lines, requests }: BookSide,
  known: readonly string[] = [],
): Promise<HostParts> {
  const inBook = lines.map(({ adapter }) => adapter);
  const names = new Set([...context.hosts.keys(), ...inBook, ...known]);
  const parts = new Map<string, HostPart>();
  for (const host of [...names].sort()) {
    const isOfHost = ({ adapter }: { readonly adapter: string }): boolean => adapter === host;
    const own = { day, lines: lines.filter(isOfHost), requests: requests.filter(isOfHost) };
    parts.set(host, await compareOne({ ...context, host }, own));
  }
  return parts;
}
