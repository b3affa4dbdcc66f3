// SPDX-License-Identifier: Apache-2.0
// The projection of this company's quotes (unit 11), and whether the customer took them.
import { isPlaced, type OrderTerms, type RowValue } from '@fabric-offline-pay/domain';
import type { Projection } from '@fabric-offline-pay/node-common/node';
import type { CommittedBlock, CommittedTransaction } from '@fabric-offline-pay/sdk';
import type { LogisticsTables, LogisticsTransaction } from '../database/schema.js';
import { timeOf, written, type WrittenRow } from '../of-transaction.js';

type Quote = RowValue<'quote'>;

/** One courier's price for one address, best first. */
const offersOf = (key: { merchant_id: string; order_number: string }, { offers }: Quote) =>
  offers.flatMap(({ addressRef, couriers }) =>
    couriers.map(({ courierId, fee }, index) => ({
      ...key,
      address_ref: addressRef,
      courier_id: courierId,
      fee,
      rank: index + 1,
    })),
  );

export class FollowQuotes implements Projection<LogisticsTables> {
  readonly tables = ['quote_offers', 'quotes'] as const;
  readonly #logisticsId: string;

  constructor(logisticsId: string) {
    this.#logisticsId = logisticsId;
  }

  async apply(db: LogisticsTransaction, { transactions }: CommittedBlock): Promise<void> {
    for (const transaction of transactions) await this.#follow(db, transaction);
  }

  async #follow(db: LogisticsTransaction, transaction: CommittedTransaction): Promise<void> {
    for (const quote of written(transaction, 'quote'))
      if (quote.row.logisticsId === this.#logisticsId)
        await this.#note(db, quote, timeOf(transaction));
    for (const { row } of written(transaction, 'terms'))
      if (isPlaced(row)) await this.#decide(db, row.terms, row.placedAt);
  }

  /** A later quote of the same order takes the place of this one. */
  async #note(db: LogisticsTransaction, { parts, row }: WrittenRow<'quote'>, now: number) {
    const [merchantId = '', orderNumber = ''] = parts;
    const key = { merchant_id: merchantId, order_number: orderNumber };
    const quoted = {
      goods_total: row.goodsTotal,
      quoted_at: now,
      expires_at: row.expiresAt,
    };
    const waybill = row.statement?.waybill ?? null;
    await db
      .insertInto('quotes')
      .values({ ...key, ...quoted, waybill, outcome: 'open', decided_at: null, courier_id: null })
      .onConflict((conflict) =>
        conflict
          .columns(['merchant_id', 'order_number'])
          .doUpdateSet(waybill === null ? quoted : { ...quoted, waybill }),
      )
      .execute();
    await db
      .deleteFrom('quote_offers')
      .where('merchant_id', '=', merchantId)
      .where('order_number', '=', orderNumber)
      .execute();
    const offers = offersOf(key, row);
    if (offers.length > 0) await db.insertInto('quote_offers').values(offers).execute();
  }

  async #decide(db: LogisticsTransaction, terms: OrderTerms, placedAt: number): Promise<void> {
    const isWon = terms.logisticsId === this.#logisticsId;
    await db
      .updateTable('quotes')
      .set({
        outcome: isWon ? 'won' : 'lost',
        decided_at: placedAt,
        courier_id: isWon ? terms.courierId : null,
      })
      .where('merchant_id', '=', terms.merchantId)
      .where('order_number', '=', terms.orderNumber)
      .execute();
  }
}
