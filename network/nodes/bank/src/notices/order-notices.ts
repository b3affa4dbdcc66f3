// SPDX-License-Identifier: Apache-2.0
// The projection of orders: notes each change that concerns a customer, and asks for its message in the same transaction.
import type { Projection } from '@fabric-offline-pay/node-common/node';
import { rowChange, type CommittedBlock, type CommittedTransaction } from '@fabric-offline-pay/sdk';
import type { RowValue } from '@fabric-offline-pay/domain';
import type { Transaction } from 'kysely';
import type { BankTables } from '../database/schema.js';
import { otherMessageId } from '../messages/message-ids.js';
import { expiryOf } from '../outbox/send-now.js';
import type { NewMessage } from '../outbox/store-message.js';
import { noticesOf, type Notice, type OrderBefore } from './notices-of.js';

type Order = RowValue<'order'>;
type Tables = Transaction<BankTables>;

/** Stores the message unless it is there, and asks for it to be sent. */
export type NoteMessage = (transaction: Tables, message: NewMessage) => Promise<void>;

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

function messageOf(order: Order, { kind, key, amount }: Notice, at: number): NewMessage {
  const { customerId, merchantId, orderNumber, hold } = order;
  return {
    message_id: otherMessageId(merchantId, orderNumber, ...key),
    customer_id: customerId,
    kind,
    merchant_id: merchantId,
    order_number: orderNumber,
    currency: hold?.currency ?? null,
    amount,
    happened_at: at * 1000,
    expires_at: expiryOf(at * 1000),
  };
}

export class OrderNotices implements Projection<BankTables> {
  /** Messages are not among them: a rebuild sends nothing again. */
  readonly tables = ['followed_orders'] as const;
  readonly #bankId: string;
  readonly #note: NoteMessage;

  /** @param bankId whose customers are told */
  constructor(bankId: string, note: NoteMessage) {
    this.#bankId = bankId;
    this.#note = note;
  }

  async apply(db: Tables, { transactions }: CommittedBlock): Promise<void> {
    for (const transaction of transactions)
      for (const change of transaction.changes.map(rowChange))
        if (change?.kind === 'order' && change.row?.bankId === this.#bankId)
          await this.#follow(db, change.row, timeOf(transaction));
  }

  async #follow(db: Tables, order: Order, at: number): Promise<void> {
    const notices = noticesOf(await readBefore(db, order), order);
    for (const notice of notices) await this.#note(db, messageOf(order, notice, at));
    await writeSeen(db, order);
  }
}
