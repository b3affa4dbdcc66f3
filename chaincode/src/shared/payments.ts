// SPDX-License-Identifier: Apache-2.0
// What batches say of each voucher that they paid. No row is kept a voucher, so that looking for some scans the batches.
import type { ReserveKey, SettlementBatchRow } from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

/** One voucher of a device. */
export interface VoucherKey extends ReserveKey {
  readonly counter: number;
}

/** The vouchers that a batch paid, each with where it was settled. */
export const paymentsIn = ({
  settled,
  merchantId,
  batchId,
  currency,
  transactionId,
  at,
}: SettlementBatchRow) =>
  settled.flatMap(({ customerId, deviceId, epoch, vouchers }) =>
    vouchers.map(([orderNumber, counter, amount]) => ({
      customerId,
      deviceId,
      epoch,
      counter,
      merchantId,
      batchId,
      orderNumber,
      amount,
      currency,
      transactionId,
      at,
    })),
  );

/** @returns whether the other is the same voucher. */
export const isSameVoucher =
  ({ customerId, deviceId, epoch, counter }: VoucherKey) =>
  (other: VoucherKey): boolean =>
    other.customerId === customerId &&
    other.deviceId === deviceId &&
    other.epoch === epoch &&
    other.counter === counter;

/** Of one merchant's batches, or of all. */
export async function paymentsUnder(call: Call, ...merchant: [] | [merchantId: string]) {
  const rows = await call.store.all('batch', merchant);
  return rows.flatMap(({ value }) => paymentsIn(value));
}

/** An order to deliver is settled by itself, under an id that no merchant can give a batch. */
const DELIVERIES = '~';

export const batchIdOfDelivery = (orderNumber: string): string => `${DELIVERIES}${orderNumber}`;

/** What a customer took along by one batch: these orders are nowhere on the ledger but in the batches. */
export const takenAlongIn = (batch: SettlementBatchRow, customerId: string) =>
  batch.batchId.startsWith(DELIVERIES)
    ? []
    : paymentsIn(batch).filter((payment) => payment.customerId === customerId);
