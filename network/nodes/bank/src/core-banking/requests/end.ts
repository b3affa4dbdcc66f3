// SPDX-License-Identifier: Apache-2.0
// Keeps the answer of a request, and in the same transaction what it means for the book.
import { HostUncertain, type Answer, type MovementKind } from '../core-banking.js';
import { EMBEDDED, ensureAccount, type AccountName } from '../book/accounts.js';
import { postEntry } from '../book/post-entry.js';
import type { AccountPurpose, CoreBankingDatabase } from '../tables.js';
import type { HostRequest } from './begin.js';

/** From where to where money goes; `customer` is the account of the instrument or of the payee. */
const WAYS: Record<
  MovementKind,
  readonly ['customer' | AccountPurpose, 'customer' | AccountPurpose]
> = {
  authorise: ['customer', 'reserved'],
  complete: ['reserved', 'settlement'],
  release: ['reserved', 'customer'],
  refund: ['settlement', 'customer'],
  payOut: ['payouts', 'customer'],
};

/** Customers of other hosts have no account in this book: they stand together in one. */
const customerAccount = ({ adapter, token, currency }: HostRequest): AccountName =>
  adapter === EMBEDDED
    ? { purpose: 'account', owner: token, currency }
    : { purpose: 'elsewhere', owner: adapter, currency };

const accountOf = (request: HostRequest, side: 'customer' | AccountPurpose): AccountName =>
  side === 'customer'
    ? customerAccount(request)
    : { purpose: side, owner: request.adapter, currency: request.currency };

async function book(
  db: CoreBankingDatabase,
  request: HostRequest,
  reference: string,
  at: number,
): Promise<void> {
  const { request_key: key, kind, adapter, token, currency, amount } = request;
  const [from, to] = WAYS[kind].map((side) => accountOf(request, side));
  if (from === undefined || to === undefined) return;
  await ensureAccount(db, from);
  await ensureAccount(db, to);
  const head = { key, kind, adapter, token, currency };
  await postEntry(db, { ...head, reference, at, from, to, amount });
}

/**
 * @param db a transaction
 * @param at milliseconds since 1970
 * @throws {HostUncertain} when somebody else went on with this request meanwhile; nothing is written then.
 */
export async function end(
  db: CoreBankingDatabase,
  request: HostRequest,
  answer: Answer,
  at: number,
): Promise<void> {
  const isDone = answer.outcome === 'done';
  const [updated] = await db
    .updateTable('host_requests')
    .set({
      state: answer.outcome,
      reference: isDone ? answer.reference : null,
      refusal: isDone ? null : answer.reason,
      ended_at: at,
    })
    .where('request_key', '=', request.request_key)
    .where('state', '=', request.state)
    .where('attempt', '=', request.attempt)
    .execute();
  if (updated?.numUpdatedRows !== 1n)
    throw new HostUncertain('Another repetition of this request is under way.');
  if (isDone) await book(db, request, answer.reference, at);
}
