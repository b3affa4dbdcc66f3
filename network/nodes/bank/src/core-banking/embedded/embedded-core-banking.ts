// SPDX-License-Identifier: Apache-2.0
// The bank's own account system, for a network without hosts: each request is one transaction of the book.
import { toUnits } from '@fabric-offline-pay/domain';
import type { Clock } from '../../clock.js';
import { accountId, EMBEDDED, type AccountName } from '../book/accounts.js';
import { bookLines, type BookLine } from '../book/totals.js';
import { refused, type Answer, type HostEntry, type StatingBank } from '../core-banking.js';
import { begin, type HostRequest } from '../requests/begin.js';
import { requestsBy, type Request } from '../requests/content.js';
import { end } from '../requests/end.js';
import type { CoreBankingDatabase, EntryKind } from '../tables.js';

const account = ({ token, currency }: HostRequest): AccountName => ({
  purpose: 'account',
  owner: token,
  currency,
});

/** Locks the account, so that nothing else spends what was seen. */
const lockAccount = (db: CoreBankingDatabase, request: HostRequest) =>
  db
    .selectFrom('book_accounts')
    .select(['balance', 'blocked'])
    .where('account_id', '=', accountId(account(request)))
    .forUpdate()
    .executeTakeFirst();

async function decide(db: CoreBankingDatabase, request: HostRequest): Promise<Answer> {
  const found = await lockAccount(db, request);
  if (found === undefined) return refused('INSTRUMENT_UNKNOWN');
  const { request_key: reference, kind, amount } = request;
  if (kind === 'authorise' && found.blocked) return refused('INSTRUMENT_BLOCKED');
  if (kind === 'authorise' && BigInt(found.balance) < toUnits(amount))
    return refused('INSUFFICIENT_FUNDS');
  return { outcome: 'done', reference };
}

const isMovement = (line: BookLine): line is BookLine & HostEntry =>
  line.kind !== ('open' satisfies EntryKind);

export interface EmbeddedParts {
  readonly db: CoreBankingDatabase;
  readonly clock: Clock;
}

/** The reference of a request is its key. */
export function embeddedCoreBanking({ db, clock }: EmbeddedParts): StatingBank {
  const perform = (request: Request): Promise<Answer> =>
    db.transaction().execute(async (transaction) => {
      const now = clock();
      const begun = await begin({ db: transaction, adapter: EMBEDDED, now }, request);
      if (begun.answer !== undefined) return begun.answer;
      const answer = await decide(transaction, begun.request);
      await end(transaction, begun.request, answer, now);
      return answer;
    });
  return {
    ...requestsBy(perform),
    echo: () => Promise.resolve(),
    statement: async (day) =>
      (await bookLines(db, day))
        .filter((line) => line.adapter === EMBEDDED)
        .filter(isMovement)
        .map(({ reference, kind, token, currency, amount }) => ({
          reference,
          kind,
          token,
          currency,
          amount,
        })),
  };
}
