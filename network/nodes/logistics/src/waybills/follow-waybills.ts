// SPDX-License-Identifier: Apache-2.0
// The projection of the orders that this company carries: from the signed terms to the delivery or the end.
import {
  beginningOf,
  isPlaced,
  newOrder,
  type OrderKey,
  type OrderRow,
  type TermsRow,
} from '@fabric-offline-pay/domain';
import type { Projection } from '@fabric-offline-pay/node-common/node';
import type { CommittedBlock, CommittedTransaction } from '@fabric-offline-pay/sdk';
import type { LogisticsTables, LogisticsTransaction } from '../database/schema.js';
import { announced, timeOf, written } from '../of-transaction.js';
import { columnsOf, NOTHING_YET } from './waybill-changes.js';

/** Which company's node it is. */
export interface Company {
  /** Its id on the ledger, such as `logistics-1`. */
  readonly logisticsId: string;
  readonly mspId: string;
}

/** Told in the same database transaction that an address is needed no longer. */
export type AddressUnneeded = (db: LogisticsTransaction) => Promise<void>;

const PARTY = 'logistics';

/** Only an express leg's order has no row of its own; that of any other stands in the same transaction and comes next. */
const orderOf = (row: TermsRow): OrderRow =>
  row.release === null
    ? newOrder(row.terms, { state: 'placed', mode: 'stepwise', bankId: row.bankId, hold: null })
    : beginningOf(row);

export class FollowWaybills implements Projection<LogisticsTables> {
  readonly tables = ['waybill_lines', 'waybills'] as const;
  readonly #company: Company;
  readonly #addressUnneeded: AddressUnneeded;

  constructor(company: Company, addressUnneeded: AddressUnneeded) {
    this.#company = company;
    this.#addressUnneeded = addressUnneeded;
  }

  async apply(db: LogisticsTransaction, { transactions }: CommittedBlock): Promise<void> {
    for (const transaction of transactions) await this.#follow(db, transaction);
  }

  /** Terms come first: an order's row may stand in the same transaction. */
  async #follow(db: LogisticsTransaction, transaction: CommittedTransaction): Promise<void> {
    const now = timeOf(transaction);
    for (const { row } of written(transaction, 'terms'))
      if (isPlaced(row) && row.terms.logisticsId === this.#company.logisticsId)
        await this.#place(db, row);
    for (const { row } of written(transaction, 'order'))
      if (row.logisticsId === this.#company.logisticsId) await this.#change(db, row, now);
    await this.#state(db, transaction);
    if (transaction.mspId === this.#company.mspId)
      for (const key of announced(transaction, 'logistics:purgeAddresses'))
        await setColumns(db, key, { purged_at: now });
  }

  async #place(db: LogisticsTransaction, row: TermsRow): Promise<void> {
    const { terms, placedAt, statements } = row;
    const { merchantId, orderNumber, courierId, currency, fee } = terms;
    const signed = {
      courier_id: courierId,
      currency,
      fee,
      address_ref: terms.addressRef,
      addresses_digest: terms.addressesDigest,
      placed_at: placedAt,
    };
    const order = columnsOf(orderOf(row), NOTHING_YET, placedAt);
    const key = { merchant_id: merchantId, order_number: orderNumber };
    const waybill = statements?.logistics.waybill ?? (await quotedWaybill(db, terms));
    await db
      .insertInto('waybills')
      .values({ ...key, waybill, ...signed, ...order, purged_at: null })
      .onConflict((conflict) =>
        conflict.columns(['merchant_id', 'order_number']).doUpdateSet(signed),
      )
      .execute();
    const lines = terms.lines.map(({ gtin, quantity }, index) => ({
      ...key,
      line: index + 1,
      gtin,
      quantity,
    }));
    await db
      .insertInto('waybill_lines')
      .values(lines)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  async #change(db: LogisticsTransaction, order: OrderRow, now: number): Promise<void> {
    const before = await db
      .selectFrom('waybills')
      .select(['fee_captured_at', 'picked_up_at', 'ended_at'])
      .where('merchant_id', '=', order.merchantId)
      .where('order_number', '=', order.orderNumber)
      .executeTakeFirst();
    if (before === undefined) return;
    const after = columnsOf(order, before, now);
    await setColumns(db, order, after);
    const isUnneeded = after.picked_up_at !== null || after.ended_at !== null;
    if (isUnneeded) await this.#addressUnneeded(db);
  }

  /** Stepwise, the company states its number in a row of its own. */
  async #state(db: LogisticsTransaction, transaction: CommittedTransaction): Promise<void> {
    if (transaction.mspId !== this.#company.mspId) return;
    for (const { parts, row } of written(transaction, 'statement')) {
      const [merchantId, orderNumber, party] = parts;
      if (party === PARTY && merchantId !== undefined && orderNumber !== undefined)
        await setColumns(db, { merchantId, orderNumber }, { waybill: row.waybill ?? null });
    }
  }
}

async function quotedWaybill(db: LogisticsTransaction, key: OrderKey): Promise<string | null> {
  const quote = await db
    .selectFrom('quotes')
    .select('waybill')
    .where('merchant_id', '=', key.merchantId)
    .where('order_number', '=', key.orderNumber)
    .executeTakeFirst();
  return quote?.waybill ?? null;
}

async function setColumns(
  db: LogisticsTransaction,
  { merchantId, orderNumber }: OrderKey,
  columns: Partial<LogisticsTables['waybills']>,
): Promise<void> {
  await db
    .updateTable('waybills')
    .set(columns)
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .execute();
}
