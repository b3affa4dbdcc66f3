// SPDX-License-Identifier: Apache-2.0
// Refunds: of an order whose money was captured, or of a payment that a terminal took without a network. The refund's own id makes a
// repetition harmless.
import type { WithPlace } from '@fabric-offline-pay/node-common/client';
import type { Client } from '@fabric-offline-pay/sdk';
import type { Selectable } from 'kysely';
import type { MerchantDatabase, OfflinePaymentTable } from '../database/schema.js';
import { written } from '../ledger-call.js';
import { refuse } from '../merchant-error.js';

interface Context {
  readonly db: MerchantDatabase;
  readonly client: Pick<Client, 'settlement' | 'offline' | 'orderNumber'>;
  readonly reached: (block: bigint) => Promise<void>;
}

export interface Refund {
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly refundId: string;
  /** Minor units. */
  readonly amount: string;
  /** Tells payments apart that have the order number in common. */
  readonly batchId?: string | undefined;
  readonly counter?: number | undefined;
  /** Devices count for themselves, so that two of one batch may have the counter in common, too. */
  readonly customerId?: string | undefined;
  readonly deviceId?: string | undefined;
}

/** What a refund answers, with its place on the ledger. */
export type Refunded = WithPlace<{
  /** Everything refunded so far, minor units. */
  readonly refunded: string;
  readonly replayed: boolean;
}>;

const isHeld = async ({ db }: Context, { merchantId, orderNumber }: Refund): Promise<boolean> =>
  (await db
    .selectFrom('followed_orders')
    .select('state')
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .where('currency', 'is not', null)
    .executeTakeFirst()) !== undefined;

/** @throws {MerchantError} NOT_FOUND, PAYMENT_AMBIGUOUS */
async function findPayment(
  { db }: Context,
  { merchantId, orderNumber, batchId, counter, customerId, deviceId }: Refund,
): Promise<Selectable<OfflinePaymentTable>> {
  const payments = await db
    .selectFrom('offline_payments')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .$if(batchId !== undefined, (query) => query.where('batch_id', '=', batchId ?? ''))
    .$if(counter !== undefined, (query) => query.where('counter', '=', counter ?? 0))
    .$if(customerId !== undefined, (query) => query.where('customer_id', '=', customerId ?? ''))
    .$if(deviceId !== undefined, (query) => query.where('device_id', '=', deviceId ?? ''))
    .execute();
  if (payments.length > 1) refuse('PAYMENT_AMBIGUOUS', 'batchId');
  return payments[0] ?? refuse('NOT_FOUND', 'orderNumber');
}

/** What both kinds of refund answer alike. */
const placeOf = ({
  replayed,
  transactionId,
  blockNumber,
  attempts,
}: Omit<Refunded, 'refunded'>) => ({
  replayed,
  transactionId,
  blockNumber,
  attempts,
});

async function refundPayment(context: Context, refund: Refund): Promise<Refunded> {
  const payment = await findPayment(context, refund);
  const submitted = context.client.offline.refund({
    merchantId: payment.merchant_id,
    batchId: payment.batch_id,
    customerId: payment.customer_id,
    deviceId: payment.device_id,
    epoch: payment.epoch,
    counter: payment.counter,
    refundId: refund.refundId,
    amount: refund.amount,
  });
  const placed = await written(context, submitted);
  return { refunded: placed.refunded, ...placeOf(placed) };
}

/** @throws {MerchantError} NOT_FOUND, PAYMENT_AMBIGUOUS; and what `settlement:refund` or `offline:refund` refuses */
export async function placeRefund(context: Context, refund: Refund): Promise<Refunded> {
  if (!(await isHeld(context, refund))) return refundPayment(context, refund);
  const { merchantId, orderNumber, refundId, amount } = refund;
  const submitted = context.client.settlement.refund({
    merchantId,
    orderNumber,
    refundId,
    amount,
  });
  const placed = await written(context, submitted);
  const { hold } = await context.client.orderNumber.readOrder({ merchantId, orderNumber });
  return { refunded: hold?.refunded ?? amount, ...placeOf(placed) };
}
