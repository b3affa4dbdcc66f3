// SPDX-License-Identifier: Apache-2.0
// What a batch says of each voucher that it paid.
import type { SettlementBatchRow } from '@fabric-offline-pay/domain';
import type { ReserveKey } from '../ledger/reserves.js';

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
      ...{ customerId, deviceId, epoch, counter },
      ...{ merchantId, batchId, orderNumber, amount, currency, transactionId, at },
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
