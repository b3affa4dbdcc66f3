// SPDX-License-Identifier: Apache-2.0
// Compares the book with the host's statement. Pure.
import type { HostEntry, MovementKind } from '../core-banking/core-banking.js';
import type { BookLine } from '../core-banking/book/totals.js';
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

type Name = (row: HostLine | HostEntry) => string;

/** Matches by a name; each entry once. */
function matchBy(name: Name, { matches, lines, entries }: Matched): Matched {
  const left = new Map<string, HostEntry[]>();
  for (const entry of entries) left.set(name(entry), [...(left.get(name(entry)) ?? []), entry]);
  const found: Match[] = [];
  const alone: HostLine[] = [];
  for (const line of lines) {
    const entry = left.get(name(line))?.shift();
    if (entry === undefined) alone.push(line);
    else found.push({ line, entry });
  }
  return { matches: [...matches, ...found], lines: alone, entries: [...left.values()].flat() };
}

const FIELDS = ['kind', 'token', 'currency', 'amount'] as const;

/**
 * What is equal first, so that of two entries of one reference the wrong one is left over; then by reference and kind: a host may call an
 * authorisation and its completion alike.
 */
const NAMES: readonly Name[] = [
  (row) => [row.reference, ...FIELDS.map((field) => row[field])].join(' '),
  ({ reference, kind }) => `${kind} ${reference}`,
  ({ reference }) => reference,
];

/** @returns lines and entries of the same reference together, and the rest */
export const matchHost = (lines: readonly HostLine[], entries: readonly HostEntry[]): Matched =>
  NAMES.reduce<Matched>((matched, name) => matchBy(name, matched), { matches: [], lines, entries });

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

const isSame = (request: OpenRequest, entry: HostEntry): boolean =>
  FIELDS.every((field) => request[field] === entry[field]);

/** What the host did although its answer got lost, so that the request is repeated. Each request explains one entry. */
function explain(entries: readonly HostEntry[], requests: readonly OpenRequest[]) {
  const open = [...requests];
  const underWay: UnderWay[] = [];
  const unknown = entries.filter((entry) => {
    const index = open.findIndex((request) => isSame(request, entry));
    if (index < 0) return true;
    const [request] = open.splice(index, 1);
    const { kind, currency, amount } = entry;
    underWay.push({ key: request?.key ?? '', kind, currency, amount, missing: 'book' });
    return false;
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
export function compareHost(
  { matches, lines, entries }: Matched,
  requests: readonly OpenRequest[],
  pending: ReadonlySet<string>,
): Comparison {
  const { underWay, unknown } = explain(entries, requests);
  const differences = [
    ...matches.flatMap(differing),
    ...lines.filter(({ key }) => !pending.has(key)).map(missingAtHost),
    ...unknown.map(missingInBook),
  ];
  const late = lines.filter(({ key }) => pending.has(key)).map(awaited);
  return { differences, underWay: [...underWay, ...late] };
}
