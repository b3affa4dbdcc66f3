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
import {
  gaveNone,
  hostsOf,
  MOST_NAMED,
  type HostPart,
  type HostParts,
  type KnownDay,
} from './host-part.js';
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
  /** Of these, those that are set up to give no statements: none is awaited. */
  readonly withoutStatements: readonly string[];
  /** What an earlier report has of the day. */
  readonly known: KnownDay | undefined;
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

/** Nothing was compared. */
const uncompared = (missing: string | null, differences: Difference[]): HostPart => ({
  ...{ entries: null, missing, waits: missing !== null, differences, underWay: [], sums: [] },
  counts: { differences: differences.length, underWay: 0 },
});

/** Also of a host that gave none as long as it was configured. */
const givesNone = ({ host, hosts, withoutStatements, known }: HostContext): boolean =>
  hosts.has(host) ? withoutStatements.includes(host) : gaveNone(host, known);

async function compareOne(
  context: HostContext,
  { day, lines, requests }: BookSide,
): Promise<HostPart> {
  if (givesNone(context)) return uncompared(null, []);
  const { entries, missing } = await statementOf(context, day);
  if (entries === null) return uncompared(missing, [missingStatement(context.host, lines)]);
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

/** @returns each host that is configured, has entries in the book of this day, or has said something of it at an earlier time */
export async function compareHosts(
  context: HostsContext,
  { day, lines, requests }: BookSide,
): Promise<HostParts> {
  const inBook = lines.map(({ adapter }) => adapter);
  const heard = context.known === undefined ? [] : hostsOf(context.known);
  const names = new Set([...context.hosts.keys(), ...inBook, ...heard]);
  const parts = new Map<string, HostPart>();
  for (const host of [...names].sort()) {
    const isOfHost = ({ adapter }: { readonly adapter: string }): boolean => adapter === host;
    const own = { day, lines: lines.filter(isOfHost), requests: requests.filter(isOfHost) };
    parts.set(host, await compareOne({ ...context, host }, own));
  }
  return parts;
}
