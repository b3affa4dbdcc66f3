// SPDX-License-Identifier: Apache-2.0
// Compares the book with the host's statement. Pure, and as long as the statement: others are let in between.
import type { HostEntry, MovementKind } from '../core-banking/core-banking.js';
import type { BookLine } from '../core-banking/book/totals.js';
import { inSlices } from '../in-slices.js';
import type { Comparison } from './compare-ledger.js';
import type { Difference, UnderWay } from './report.js';

/** A line of the book that a host must have too. */
export type HostLine = BookLine & { readonly kind: MovementKind };

/** A line and the host's entry of the same reference. */
interface Match {
  readonly line: HostLine;
  readonly entry: HostEntry;
}

/** What found its other side, and what did not. */
export interface Matched {
  readonly matches: readonly Match[];
  readonly lines: readonly HostLine[];
  readonly entries: readonly HostEntry[];
}

/** Rows by a name, taken in their order, each once. */
class Waiting<Row> {
  readonly #byName = new Map<string, { readonly rows: Row[]; taken: number }>();

  add(name: string, row: Row): void {
    const named = this.#byName.get(name);
    if (named === undefined) this.#byName.set(name, { rows: [row], taken: 0 });
    else named.rows.push(row);
  }

  take(name: string): Row | undefined {
    const named = this.#byName.get(name);
    if (named === undefined || named.taken === named.rows.length) return undefined;
    named.taken += 1;
    return named.rows[named.taken - 1];
  }

  /** Which nobody took. */
  left(): Row[] {
    return [...this.#byName.values()].flatMap(({ rows, taken }) => rows.slice(taken));
  }
}

type Name = (row: HostLine | HostEntry) => string;

/** Matches by a name; each entry once. */
async function matchBy(name: Name, { matches, lines, entries }: Matched): Promise<Matched> {
  const waiting = new Waiting<HostEntry>();
  await inSlices(entries, (entry) => {
    waiting.add(name(entry), entry);
  });
  const found: Match[] = [];
  const alone: HostLine[] = [];
  await inSlices(lines, (line) => {
    const entry = waiting.take(name(line));
    if (entry === undefined) alone.push(line);
    else found.push({ line, entry });
  });
  return { matches: [...matches, ...found], lines: alone, entries: waiting.left() };
}

const FIELDS = ['kind', 'token', 'currency', 'amount'] as const;

/** What a host wrote may have blanks, so that texts are joined with their ends. */
const contentOf = (row: Pick<HostEntry, (typeof FIELDS)[number]>, reference = ''): string =>
  JSON.stringify([reference, ...FIELDS.map((field) => row[field])]);

/**
 * What is equal first, so that of two entries of one reference the wrong one is left over; then by reference and kind: a host may call an
 * authorisation and its completion alike.
 */
const NAMES: readonly Name[] = [
  (row) => contentOf(row, row.reference),
  ({ reference, kind }) => `${kind} ${reference}`,
  ({ reference }) => reference,
];

/** @returns lines and entries of the same reference together, and the rest */
export async function matchHost(
  lines: readonly HostLine[],
  entries: readonly HostEntry[],
): Promise<Matched> {
  let matched: Matched = { matches: [], lines, entries };
  for (const name of NAMES)
    if (matched.lines.length > 0 && matched.entries.length > 0)
      matched = await matchBy(name, matched);
  return matched;
}

const differing = ({ line, entry }: Match): Difference[] =>
  FIELDS.filter((field) => line[field] !== entry[field]).map((field) => ({
    ...{ pair: 'book-host', key: line.key, field, book: line[field], host: entry[field] },
  }));

const entryOf = ({ kind, currency, amount }: HostEntry | HostLine): string =>
  [kind, currency, amount].join(' ');

const missingAtHost = (line: HostLine): Difference => ({
  ...{ pair: 'book-host', key: line.key, field: 'entry', book: entryOf(line), host: null },
});

const missingInBook = (entry: HostEntry): Difference => ({
  ...{ pair: 'book-host', key: entry.reference, field: 'entry', book: null, host: entryOf(entry) },
});

/** A request whose answer got lost. */
export type OpenRequest = Pick<HostEntry, 'kind' | 'token' | 'currency' | 'amount'> & {
  readonly key: string;
  /** Of the host that was asked. */
  readonly adapter: string;
};

/** What the host did although its answer got lost, so that the request is repeated. Each request explains one entry. */
async function explain(entries: readonly HostEntry[], requests: readonly OpenRequest[]) {
  const open = new Waiting<OpenRequest>();
  for (const request of requests) open.add(contentOf(request), request);
  const underWay: UnderWay[] = [];
  const unknown: Difference[] = [];
  await inSlices(entries, (entry) => {
    const request = open.take(contentOf(entry));
    const { kind, currency, amount } = entry;
    if (request === undefined) unknown.push(missingInBook(entry));
    else underWay.push({ key: request.key, kind, currency, amount, missing: 'book' });
  });
  return { underWay, unknown };
}

/** A line whose entry may stand in a statement that is not there yet. */
const awaited = ({ key, kind, currency, amount }: HostLine): UnderWay => ({
  ...{ key, kind, currency, amount, missing: 'host' },
});

/**
 * @param requests without an answer, by whose repetition the book gets what the host has
 * @param pending keys of lines that a statement may have that is not there yet
 */
export async function compareHost(
  { matches, lines, entries }: Matched,
  requests: readonly OpenRequest[],
  pending: ReadonlySet<string>,
): Promise<Comparison> {
  const differences: Difference[] = [];
  await inSlices(matches, (match) => {
    differences.push(...differing(match));
  });
  const late: UnderWay[] = [];
  await inSlices(lines, (line) => {
    if (pending.has(line.key)) late.push(awaited(line));
    else differences.push(missingAtHost(line));
  });
  const { underWay, unknown } = await explain(entries, requests);
  return { differences: [...differences, ...unknown], underWay: [...underWay, ...late] };
}
