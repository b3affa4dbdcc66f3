// SPDX-License-Identifier: Apache-2.0
// The projection of orders: notes each change that concerns a customer, and asks for its message in the same transaction.
import type { AnyDatabase, Projection } from '@fabric-offline-pay/node-common/node';
import { rowChange, type CommittedBlock, type CommittedTransaction } from '@fabric-offline-pay/sdk';
import type { RowValue } from '@fabric-offline-pay/domain';
import type { Transaction } from 'kysely';
import type { BankTables } from '../database/schema.js';
import { otherMessageId } from '../messages/texts.js';
import { noticesOf, type Notice, type OrderBefore } from './notices-of.js';

type Order = RowValue<'order'>;
type Tables = Transaction<BankTables>;

/** Asks for the message to be sent. */
export type AskToSend = (transaction: AnyDatabase, messageId: string) => Promise<void>;

async function readBefore(db: Tables, order: Order): Promise<OrderBefore | null> {
  const row = await db
    .selectFrom('followed_orders')
    .select('seen')
    .where('merchant_id', '=', order.merchantId)
    .where('order_number', '=', order.orderNumber)
    .executeTakeFirst();
  return row === undefined ? null : (JSON.parse(row.seen) as OrderBefore);
}

const seenOf = ({ delivery, verification, dispute, hold }: Order): OrderBefore => ({
  delivery,
  verification,
  dispute,
  hold: hold && { captures: hold.captures, refunds: hold.refunds, voided: hold.voided },
});

async function writeSeen(db: Tables, order: Order): Promise<void> {
  const seen = JSON.stringify(seenOf(order));
  await db
    .insertInto('followed_orders')
    .values({ merchant_id: order.merchantId, order_number: order.orderNumber, seen })
    .onConflict((conflict) =>
      conflict.columns(['merchant_id', 'order_number']).doUpdateSet({ seen }),
    )
    .execute();
}

/** Seconds since 1970: of the proposal, which endorsers held against their clocks. */
const timeOf = ({ events }: CommittedTransaction): number => events[0]?.at ?? 0;

export class OrderNotices implements Projection<BankTables> {
  /** Messages are not among them: a rebuild sends nothing again. */
  readonly tables = ['followed_orders'] as const;
  readonly #bankId: string;
  readonly #askToSend: AskToSend;

  /** @param bankId whose customers are told */
  constructor(bankId: string, askToSend: AskToSend) {
    this.#bankId = bankId;
    this.#askToSend = askToSend;
  }

  async apply(db: Tables, { transactions }: CommittedBlock): Promise<void> {
    for (const transaction of transactions)
      for (const change of transaction.changes.map(rowChange))
        if (change?.kind === 'order' && change.row?.bankId === this.#bankId)
          await this.#follow(db, change.row, timeOf(transaction));
  }

  async #follow(db: Tables, order: Order, at: number): Promise<void> {
    const notices = noticesOf(await readBefore(db, order), order);
    for (const notice of notices) await this.#note(db, order, notice, at);
    await writeSeen(db, order);
  }

  async #note(db: Tables, order: Order, notice: Notice, at: number): Promise<void> {
    const { customerId, merchantId, orderNumber, hold } = order;
    const id = otherMessageId(merchantId, orderNumber, ...notice.key);
    const inserted = await db
      .insertInto('messages')
      .values({
        message_id: id,
        customer_id: customerId,
        kind: notice.kind,
        merchant_id: merchantId,
        order_number: orderNumber,
        currency: hold?.currency ?? null,
        amount: notice.amount,
        happened_at: at * 1000,
        ended_at: null,
        outcome: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('message_id')
      .executeTakeFirst();
    if (inserted !== undefined) await this.#askToSend(db, id);
  }
}
