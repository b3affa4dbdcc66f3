// SPDX-License-Identifier: Apache-2.0
// The projection of what terminals settled, and of refunds of payments without a network.
import type { Projection } from '@fabric-offline-pay/node-common/node';
import { addSums, type RowValue } from '@fabric-offline-pay/domain';
import type { CommittedBlock } from '@fabric-offline-pay/sdk';
import type {
  MerchantTables,
  MerchantTransaction,
  OfflinePaymentTable,
} from '../database/schema.js';
import type { NoteEvent } from '../events/note-event.js';
import { batchEvent, offlineRefundEvent } from '../events/other-events.js';
import { eachOwn, timeOf } from './changes.js';

const KINDS = ['batch', 'offlineRefund'] as const;
type Batch = RowValue<'batch'>;

const paymentsOf = (batch: Batch): OfflinePaymentTable[] =>
  batch.settled.flatMap(({ customerId, deviceId, epoch, vouchers }) =>
    vouchers.map(([orderNumber, counter, amount]) => ({
      merchant_id: batch.merchantId,
      order_number: orderNumber,
      batch_id: batch.batchId,
      customer_id: customerId,
      device_id: deviceId,
      epoch,
      counter,
      currency: batch.currency,
      amount,
      refunded: '0',
      at: batch.at,
    })),
  );

export class OfflineProjection implements Projection<MerchantTables> {
  readonly tables = ['offline_batches', 'offline_payments'] as const;
  readonly #mspId: string;
  readonly #note: NoteEvent;

  constructor(mspId: string, note: NoteEvent) {
    this.#mspId = mspId;
    this.#note = note;
  }

  apply(db: MerchantTransaction, block: CommittedBlock): Promise<void> {
    const of = { mspId: this.#mspId, kinds: KINDS };
    return eachOwn(db, block, of, async ({ transaction }, changes, own) => {
      for (const { kind, row, parts } of changes) {
        if (row === null || !own.has(row.merchantId)) continue;
        if (kind === 'batch') await this.#settled(db, row);
        else await this.#refunded(db, { row, parts, at: timeOf(transaction) });
      }
    });
  }

  async #settled(db: MerchantTransaction, batch: Batch): Promise<void> {
    const payments = paymentsOf(batch);
    const amount = addSums('0', ...payments.map((payment) => payment.amount));
    await db
      .insertInto('offline_batches')
      .values({
        merchant_id: batch.merchantId,
        batch_id: batch.batchId,
        currency: batch.currency,
        payments: payments.length,
        amount,
        transaction_id: batch.transactionId,
        at: batch.at,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    for (const payment of payments)
      await db
        .insertInto('offline_payments')
        .values(payment)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    await this.#note(db, batchEvent(batch, { payments: payments.length, amount }));
  }

  async #refunded(
    db: MerchantTransaction,
    {
      row,
      parts,
      at,
    }: {
      readonly row: RowValue<'offlineRefund'>;
      readonly parts: readonly string[];
      readonly at: number;
    },
  ): Promise<void> {
    const [customerId = '', deviceId = '', epoch, counter] = parts;
    const payment = await db
      .updateTable('offline_payments')
      .set({ refunded: row.refunded })
      .where('customer_id', '=', customerId)
      .where('device_id', '=', deviceId)
      .where('epoch', '=', Number(epoch))
      .where('counter', '=', Number(counter))
      .returning('batch_id')
      .executeTakeFirst();
    const settled = { batchId: payment?.batch_id ?? null, counter: Number(counter) };
    await this.#note(db, offlineRefundEvent(row, parts, settled, at));
  }
}
