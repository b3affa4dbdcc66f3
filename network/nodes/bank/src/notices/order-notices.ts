// SPDX-License-Identifier: Apache-2.0
// The projection of orders: notes each change that concerns a customer, and asks for its message in the same transaction.
import { BatchedRows, type Projection } from '@fabric-offline-pay/node-common/node';
import { rowChange, type CommittedBlock, type CommittedTransaction } from '@fabric-offline-pay/sdk';
import type { OrderKey, RowValue } from '@fabric-offline-pay/domain';
import type { Transaction } from 'kysely';
import type { BankTables, FollowedOrderTable } from '../database/schema.js';
import { otherMessageId } from '../messages/message-ids.js';
import { expiryOf } from '../outbox/send-now.js';
import type { NewMessage } from '../outbox/store-message.js';
import { noticesOf, type Notice, type OrderBefore } from './notices-of.js';

type Order = RowValue<'order'>;
type Tables = Transaction<BankTables>;

/** Stores messages unless they are there, and asks for them to be sent. */
export type NoteMessages = (transaction: Tables, messages: readonly NewMessage[]) => Promise<void>;

type Followed = BatchedRows<FollowedOrderTable, 'merchant_id' | 'order_number'>;

const keyOf = ({ merchantId, orderNumber }: OrderKey) => ({
  merchant_id: merchantId,
  order_number: orderNumber,
});

const seenOf = ({ delivery, verification, dispute, hold }: Order): OrderBefore => ({
  delivery,
  verification,
  dispute,
  hold: hold && { captures: hold.captures, refunds: hold.refunds, voided: hold.voided },
});

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
  readonly #note: NoteMessages;

  /** @param bankId whose customers are told */
  constructor(bankId: string, note: NoteMessages) {
    this.#bankId = bankId;
    this.#note = note;
  }

  apply(db: Tables, block: CommittedBlock): Promise<void> {
    return this.applyAll(db, [block]);
  }

  async applyAll(db: Tables, blocks: readonly CommittedBlock[]): Promise<void> {
    const changed = blocks.flatMap(({ transactions }) =>
      transactions.flatMap((transaction) =>
        this.#ordersIn(transaction).map((order) => ({ order, at: timeOf(transaction) })),
      ),
    );
    if (changed.length === 0) return;
    const followed: Followed = new BatchedRows(db, 'followed_orders', [
      'merchant_id',
      'order_number',
    ]);
    await followed.load(changed.map(({ order }) => keyOf(order)));
    const messages: NewMessage[] = [];
    for (const { order, at } of changed) {
      const row = await followed.get(keyOf(order));
      const before = row === undefined ? null : (JSON.parse(row.seen) as OrderBefore);
      messages.push(...noticesOf(before, order).map((notice) => messageOf(order, notice, at)));
      followed.put({ ...keyOf(order), seen: JSON.stringify(seenOf(order)) });
    }
    await this.#note(db, messages);
    await followed.write();
  }

  #ordersIn({ changes }: CommittedTransaction): Order[] {
    return changes.map(rowChange).flatMap((change) => {
      const order = change?.kind === 'order' ? change.row : null;
      return order?.bankId === this.#bankId ? [order] : [];
    });
  }
}
