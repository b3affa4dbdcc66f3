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
import { quotedWaybill } from './waybill-number.js';
import { announced, timeOf, written } from '../of-transaction.js';
import { columnsOf, NOTHING_YET } from './waybill-changes.js';

/** Which company's node it is. */
export interface Company {
  /** Its id on the ledger, such as `logistics-1`. */
  readonly logisticsId: string;
  readonly mspId: string;
}

/** Told once a block, in its database transaction, that held addresses are needed no longer. */
export type AddressUnneeded = (db: LogisticsTransaction) => Promise<void>;

/** Until the pick-up, which takes all offered addresses; then the ledger has the chosen one. */
const needsHeld = ({
  picked_up_at,
  ended_at,
}: Pick<LogisticsTables['waybills'], 'picked_up_at' | 'ended_at'>): boolean =>
  picked_up_at === null && ended_at === null;

const PARTY = 'logistics';

/** Only an express leg's order has no row of its own; that of any other stands in the same transaction and comes next. */
const orderOf = (row: TermsRow): OrderRow =>
  row.release === null
    ? newOrder(row.terms, { state: 'placed', mode: 'stepwise', bankId: row.bankId, hold: null })
    : beginningOf(row);

export class FollowWaybills implements Projection<LogisticsTables> {
  /** It also completes quotes, which another projection owns and empties. */
  readonly tables = ['waybill_lines', 'waybills'] as const;
  readonly #company: Company;
  readonly #addressUnneeded: AddressUnneeded;

  constructor(company: Company, addressUnneeded: AddressUnneeded) {
    this.#company = company;
    this.#addressUnneeded = addressUnneeded;
  }

  async apply(db: LogisticsTransaction, { transactions }: CommittedBlock): Promise<void> {
    let someUnneeded = false;
    for (const transaction of transactions)
      if (await this.#follow(db, transaction)) someUnneeded = true;
    if (someUnneeded) await this.#addressUnneeded(db);
  }

  /**
   * Terms come first: an order's row may stand in the same transaction.
   * @returns whether an order needs its held addresses no longer
   */
  async #follow(db: LogisticsTransaction, transaction: CommittedTransaction): Promise<boolean> {
    let someUnneeded = false;
    const now = timeOf(transaction);
    for (const { row } of written(transaction, 'terms'))
      if (isPlaced(row) && row.terms.logisticsId === this.#company.logisticsId)
        await this.#place(db, row);
    for (const { row } of written(transaction, 'order'))
      if (row.logisticsId === this.#company.logisticsId && (await this.#change(db, row, now)))
        someUnneeded = true;
    await this.#state(db, transaction);
    if (transaction.mspId === this.#company.mspId)
      for (const key of announced(transaction, 'logistics:purgeAddresses'))
        await setColumns(db, key, { purged_at: now });
    return someUnneeded;
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

  /** @returns whether the order needed its held addresses until now */
  async #change(db: LogisticsTransaction, order: OrderRow, now: number): Promise<boolean> {
    const before = await db
      .selectFrom('waybills')
      .select(['fee_captured_at', 'picked_up_at', 'ended_at'])
      .where('merchant_id', '=', order.merchantId)
      .where('order_number', '=', order.orderNumber)
      .executeTakeFirst();
    if (before === undefined) return false;
    const after = columnsOf(order, before, now);
    await setColumns(db, order, after);
    return needsHeld(before) && !needsHeld(after);
  }

  /** Stepwise, the company states its number in a row of its own. */
  async #state(db: LogisticsTransaction, transaction: CommittedTransaction): Promise<void> {
    if (transaction.mspId !== this.#company.mspId) return;
    for (const { parts, row } of written(transaction, 'statement')) {
      const [merchantId, orderNumber, party] = parts;
      if (party === PARTY && merchantId !== undefined && orderNumber !== undefined)
        await this.#number(db, { merchantId, orderNumber }, row.waybill ?? null);
    }
  }

  /** The statement may come before the terms, which then take the number from the quote. */
  async #number(db: LogisticsTransaction, key: OrderKey, waybill: string | null): Promise<void> {
    await setColumns(db, key, { waybill });
    await db
      .updateTable('quotes')
      .set({ waybill })
      .where('merchant_id', '=', key.merchantId)
      .where('order_number', '=', key.orderNumber)
      .execute();
  }
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
