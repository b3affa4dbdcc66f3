// SPDX-License-Identifier: Apache-2.0
// The mobile-money host's statement of a day: the transactions of the bank's own account there, page by page.
import { parseDecimal } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import { HostUnavailable, type HostEntry, type MovementKind } from '../core-banking.js';
import type { CoreBankingDatabase } from '../tables.js';
import type { HttpAnswer } from './http.js';
import { ACCOUNT, transaction, type TransactionObject } from './wire.js';

export interface StatementParts {
  readonly db: CoreBankingDatabase;
  readonly account: string;
  readonly get: (path: string) => Promise<HttpAnswer>;
}

const PAGE = 100;
const page = z.array(transaction).max(PAGE);

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

const KINDS: Readonly<Record<string, MovementKind>> = {
  merchantpay: 'authorise',
  disbursement: 'payOut',
};

/** Of the other side. */
const tokenOf = ({ type, debitParty, creditParty }: TransactionObject): string =>
  (type === 'merchantpay' ? debitParty : creditParty)?.[0]?.value ?? '';

function entryOf(found: TransactionObject, known: Known): HostEntry {
  const { transactionReference: reference, type, amount = '0', currency = '' } = found;
  const ours = known.get(reference);
  return {
    reference,
    kind: KINDS[type] ?? ours?.kind ?? 'refund',
    token: ours?.token ?? tokenOf(found),
    currency,
    amount: parseDecimal(amount, currency),
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

/** @param day UTC @throws {HostUnavailable} when a page does not come, or is no page. */
export async function readStatement(
  { db, account, get }: StatementParts,
  day: string,
): Promise<readonly HostEntry[]> {
  const entries: HostEntry[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const { status, body } = await get(pathOf(account, day, offset)).catch((cause: unknown) => {
      throw new HostUnavailable('The mobile-money host does not answer. Ask again later.', {
        cause,
      });
    });
    const read = page.safeParse(body);
    if (status !== 200 || !read.success)
      throw new HostUnavailable("The mobile-money host's statement is not there. Ask again later.");
    const known = await knownOf(
      db,
      read.data.map(({ transactionReference }) => transactionReference),
    );
    entries.push(...read.data.map((found) => entryOf(found, known)));
    if (read.data.length < PAGE) return entries;
  }
}
