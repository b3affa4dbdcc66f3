// SPDX-License-Identifier: Apache-2.0
// Refunds: of an order whose money was captured, or of a payment that a terminal took without a network. The refund's own id makes a
// repetition harmless.
import type { WithPlace } from '@fabric-offline-pay/node-common/client';
import type { Client } from '@fabric-offline-pay/sdk';
import type { Selectable } from 'kysely';
import type { MerchantDatabase, OfflinePaymentTable } from '../database/schema.js';
import { answered, written } from '../ledger-call.js';
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

/** @returns whether a refund can only mean a payment without a network */
const namesPayment = ({ batchId, counter, customerId, deviceId }: Refund): boolean =>
  [batchId, counter, customerId, deviceId].some((named) => named !== undefined);

/** @throws {MerchantError} PAYMENT_AMBIGUOUS */
async function findPayment(
  { db }: Context,
  { merchantId, orderNumber, batchId, counter, customerId, deviceId }: Refund,
): Promise<Selectable<OfflinePaymentTable> | undefined> {
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
  return payments[0];
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

async function refundPayment(
  context: Context,
  refund: Refund,
  payment: Selectable<OfflinePaymentTable>,
): Promise<Refunded> {
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

async function refundOrder(
  context: Context,
  { merchantId, orderNumber, refundId, amount }: Refund,
): Promise<Refunded> {
  const key = { merchantId, orderNumber };
  const submitted = context.client.settlement.refund({ ...key, refundId, amount });
  const placed = await written(context, submitted);
  const { hold } = await answered(context.client.orderNumber.readOrder(key));
  return { refunded: hold?.refunded ?? amount, ...placeOf(placed) };
}

/**
 * The tables tell orders from payments without a network. What they lack, because they are behind or the merchant came from another
 * organisation, may still be an order: the ledger knows.
 * @throws {MerchantError} NOT_FOUND, PAYMENT_AMBIGUOUS; and what `settlement:refund` or `offline:refund` refuses
 */
export async function placeRefund(context: Context, refund: Refund): Promise<Refunded> {
  const isOfPayment = namesPayment(refund);
  if (!isOfPayment && (await isHeld(context, refund))) return refundOrder(context, refund);
  const payment = await findPayment(context, refund);
  if (payment !== undefined) return refundPayment(context, refund, payment);
  return isOfPayment ? refuse('NOT_FOUND', 'orderNumber') : refundOrder(context, refund);
}
