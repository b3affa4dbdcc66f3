// SPDX-License-Identifier: Apache-2.0
// The mobile-money host's statement of a day: the transactions of the bank's own account there, page by page.
import * as z from 'zod';
import {
  HostUnavailable,
  MOST_ENTRIES,
  StatementEndless,
  StatementTooLong,
  type HostEntry,
  type MovementKind,
} from '../core-banking.js';
import type { CoreBankingDatabase } from '../tables.js';
import type { HttpAnswer } from './http.js';
import { ACCOUNT, statementLine, unitsOf, type StatementLine } from './wire.js';

export interface StatementParts {
  readonly db: CoreBankingDatabase;
  readonly account: string;
  readonly get: (path: string) => Promise<HttpAnswer>;
  /** Entries; default {@link MOST_ENTRIES}. */
  readonly most?: number;
}

const PAGE = 100;
const page = z.array(statementLine).max(PAGE);

type Known = ReadonlyMap<string, { readonly kind: MovementKind; readonly token: string }>;

/** The host knows reversals only; whether it gave back before or after the completion is in the bank's own rows. */
async function knownOf(db: CoreBankingDatabase, references: readonly string[]): Promise<Known> {
  if (references.length === 0) return new Map();
  const rows = await db
    .selectFrom('host_requests')
    .select(['reference', 'kind', 'token'])
    .where('adapter', '=', 'mobile-money')
    .where('kind', '!=', 'complete')
    .where('reference', 'in', references)
    .execute();
  return new Map(rows.map(({ reference, kind, token }) => [reference ?? '', { kind, token }]));
}

const KINDS: ReadonlyMap<string, MovementKind> = new Map([
  ['merchantpay', 'authorise'],
  ['disbursement', 'payOut'],
]);

/** Of the other side. */
const tokenOf = ({ type, debitParty, creditParty }: StatementLine): string =>
  (type === 'merchantpay' ? debitParty : creditParty)[0]?.value ?? '';

function entryOf(line: StatementLine, known: Known): HostEntry {
  const { transactionReference: reference, type, currency } = line;
  const ours = known.get(reference);
  return {
    reference,
    kind: KINDS.get(type) ?? ours?.kind ?? 'refund',
    token: ours?.token ?? tokenOf(line),
    currency,
    amount: unitsOf(line),
  };
}

function pathOf(account: string, day: string, offset: number): string {
  const query = new URLSearchParams({
    fromDateTime: `${day}T00:00:00.000Z`,
    toDateTime: `${day}T23:59:59.999Z`,
    transactionStatus: 'completed',
    limit: PAGE.toString(),
    offset: offset.toString(),
  });
  const path = ['', 'accounts', ACCOUNT, encodeURIComponent(account), 'transactions'].join('/');
  return `${path}?${query.toString()}`;
}

/** @throws {HostUnavailable} when it does not come, or is no page */
async function readPage({ account, get }: StatementParts, day: string, offset: number) {
  const { status, body } = await get(pathOf(account, day, offset)).catch((cause: unknown) => {
    throw new HostUnavailable('The mobile-money host does not answer. Ask again later.', { cause });
  });
  const read = page.safeParse(body);
  if (status !== 200 || !read.success)
    throw new HostUnavailable("The mobile-money host's statement is not there. Ask again later.");
  return read.data;
}

const endless = (): StatementEndless =>
  new StatementEndless(
    "The mobile-money host's statement does not end: it repeats a page. Have `offset` and `limit` put right there.",
  );

const tooLong = (most: number): StatementTooLong =>
  new StatementTooLong(
    `The mobile-money host's statement has more than ${most} transactions. Have the host look whether they are of one day.`,
  );

/**
 * @param day UTC
 * @param signal nobody waits for it any more
 * @throws {HostUnavailable} when a page does not come, or is no page
 * @throws {StatementEndless} when the host gives the same again instead of the next page
 * @throws {StatementTooLong} when it has more than a day can have
 */
export async function readStatement(
  parts: StatementParts,
  day: string,
  signal?: AbortSignal,
): Promise<readonly HostEntry[]> {
  const entries: HostEntry[] = [];
  const seen = new Set<string>();
  const { db, most = MOST_ENTRIES } = parts;
  for (let offset = 0; offset <= most; offset += PAGE) {
    signal?.throwIfAborted();
    const lines = await readPage(parts, day, offset);
    const references = lines.map(({ transactionReference }) => transactionReference);
    if (references.length > 0 && references.every((each) => seen.has(each))) throw endless();
    for (const each of references) seen.add(each);
    const known = await knownOf(db, references);
    entries.push(...lines.map((line) => entryOf(line, known)));
    if (entries.length > most) break;
    if (lines.length < PAGE) return entries;
  }
  throw tooLong(most);
}
