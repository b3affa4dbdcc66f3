// SPDX-License-Identifier: Apache-2.0
// The projection of the company's money on the ledger: credits, the rolled-up balance, payouts.
import type { Projection } from '@fabric-offline-pay/node-common/node';
import type { CommittedBlock, CommittedTransaction } from '@fabric-offline-pay/sdk';
import type { LogisticsTables, LogisticsTransaction } from '../database/schema.js';
import { removed, written } from '../of-transaction.js';

const REDEEM = 'redeem';
/** Stands between payee and payout in the key of what the bank paid. */
const BETWEEN = '~';

/** What the key of a credit entry says: payee, currency, second, id. */
export function creditAt([payeeId, currency, at, id]: readonly string[]) {
  return payeeId === undefined || currency === undefined || at === undefined || id === undefined
    ? undefined
    : { payeeId, currency, at: Number(at), creditId: `${at}/${id}` };
}

export class FollowMoney implements Projection<LogisticsTables> {
  readonly tables = ['credits', 'balances', 'payouts'] as const;
  readonly #payeeId: string;

  /** @param payeeId the company's id on the ledger */
  constructor(payeeId: string) {
    this.#payeeId = payeeId;
  }

  async apply(db: LogisticsTransaction, { transactions }: CommittedBlock): Promise<void> {
    for (const transaction of transactions) {
      await this.#credits(db, transaction);
      await this.#balances(db, transaction);
      await this.#payouts(db, transaction);
    }
  }

  async #credits(db: LogisticsTransaction, transaction: CommittedTransaction): Promise<void> {
    for (const { parts, row } of written(transaction, 'credit')) {
      const entry = creditAt(parts);
      if (entry?.payeeId !== this.#payeeId) continue;
      const { currency, creditId, at } = entry;
      const { amount, order: reference } = row;
      const credit = { currency, credit_id: creditId, at, amount, reference, rolled_up: false };
      await db.insertInto('credits').values(credit).execute();
    }
    for (const entry of removed(transaction, 'credit').map(creditAt))
      if (entry?.payeeId === this.#payeeId)
        await db
          .updateTable('credits')
          .set({ rolled_up: true })
          .where('currency', '=', entry.currency)
          .where('credit_id', '=', entry.creditId)
          .execute();
  }

  async #balances(db: LogisticsTransaction, transaction: CommittedTransaction): Promise<void> {
    for (const { row } of written(transaction, 'checkpoint')) {
      const { payeeId, currency, balance, withheld } = row;
      if (payeeId !== this.#payeeId) continue;
      await db
        .insertInto('balances')
        .values({ currency, balance, withheld })
        .onConflict((conflict) => conflict.column('currency').doUpdateSet({ balance, withheld }))
        .execute();
    }
  }

  async #payouts(db: LogisticsTransaction, transaction: CommittedTransaction): Promise<void> {
    for (const { row } of written(transaction, 'payout')) {
      const { payeeId, currency, redeemId, amount, at } = row;
      if (payeeId !== this.#payeeId) continue;
      await db
        .insertInto('payouts')
        .values({ currency, payout_id: redeemId, amount, asked_at: at, redeemed_at: null })
        .execute();
    }
    for (const { parts, row } of written(transaction, 'supply')) {
      const id = parts.at(-1) ?? '';
      if (row.kind !== REDEEM || row.account !== this.#payeeId) continue;
      await db
        .updateTable('payouts')
        .set({ redeemed_at: row.at })
        .where('currency', '=', row.currency)
        .where('payout_id', '=', id.slice(id.indexOf(BETWEEN) + 1))
        .execute();
    }
  }
}
