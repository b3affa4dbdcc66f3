// SPDX-License-Identifier: Apache-2.0
// The payments of vouchers, from the rows of batches. A voucher has no row of its own, so a search scans the batches.
import type { ReserveKey, SettlementBatchRow } from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

/** One voucher of a device. */
export interface VoucherKey extends ReserveKey {
  readonly counter: number;
}

/** The vouchers that a batch paid, each with the place where it was settled. */
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

/** @returns whether the other one is the same voucher. */
export const isSameVoucher =
  ({ customerId, deviceId, epoch, counter }: VoucherKey) =>
  (other: VoucherKey): boolean =>
    other.customerId === customerId &&
    other.deviceId === deviceId &&
    other.epoch === epoch &&
    other.counter === counter;

/** The payments of one merchant's batches, or of all batches. */
export async function paymentsUnder(call: Call, ...merchant: [] | [merchantId: string]) {
  const rows = await call.store.all('batch', merchant);
  return rows.flatMap(({ value }) => paymentsIn(value));
}

/** An order to deliver is settled alone, under an id that no merchant can give to a batch. */
const DELIVERIES = '~';

export const batchIdOfDelivery = (orderNumber: string): string => `${DELIVERIES}${orderNumber}`;

/** The orders of goods that a customer took along, in one batch. They are only in batches and nowhere else on the ledger. */
export const takenAlongIn = (batch: SettlementBatchRow, customerId: string) =>
  batch.batchId.startsWith(DELIVERIES)
    ? []
    : paymentsIn(batch).filter((payment) => payment.customerId === customerId);
