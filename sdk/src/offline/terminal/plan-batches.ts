// SPDX-License-Identifier: Apache-2.0
// Decides which vouchers are sent together. Pure. No two batches of one plan share a reserve, so they never conflict.
import { byCodeUnit, sha256Hex, type Currency } from '@fabric-offline-pay/domain';
import type { AcceptedPayment, BatchRecord } from './records.js';

type WaitingVoucher = Pick<
  AcceptedPayment,
  | 'orderNumber'
  | 'currency'
  | 'customerId'
  | 'deviceId'
  | 'epoch'
  | 'counter'
  | 'voucherDigest'
  | 'attempts'
>;

/**
 * The id depends only on the content, so a batch that is sent again after a crash has the same id. The number of answers that
 * were not final is part of it, because a repeated question must not get the old answer.
 */
export function batchIdOf(
  merchantId: string,
  currency: Currency,
  vouchers: readonly Pick<AcceptedPayment, 'voucherDigest' | 'attempts'>[],
): string {
  const content = vouchers.map(({ voucherDigest, attempts }) => [voucherDigest, attempts]);
  return sha256Hex(JSON.stringify([merchantId, currency, content]));
}

export const batchOf = (merchantId: string, vouchers: readonly WaitingVoucher[]): BatchRecord => {
  const currency = vouchers[0]?.currency ?? '';
  return {
    batchId: batchIdOf(merchantId, currency, vouchers),
    currency,
    orderNumbers: vouchers.map(({ orderNumber }) => orderNumber),
  };
};

const reserveOf = ({ currency, customerId, deviceId, epoch }: WaitingVoucher): string =>
  [currency, customerId, deviceId, epoch].join('/');

/** Groups the vouchers by reserve, each group in the order of its counters. */
function byReserve<T extends WaitingVoucher>(vouchers: readonly T[]): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const voucher of vouchers) {
    const reserve = reserveOf(voucher);
    const group = groups.get(reserve);
    if (group === undefined) groups.set(reserve, [voucher]);
    else group.push(voucher);
  }
  return [...groups.entries()]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([, group]) => group.sort((a, b) => a.counter - b.counter));
}

/**
 * @param vouchers all that wait
 * @param size the most vouchers in a batch
 * @returns batches of vouchers that may be sent at the same time. When a reserve has more vouchers than fit, the rest waits for
 * the next plan.
 */
export function planBatches<T extends WaitingVoucher>(
  vouchers: readonly T[],
  size: number,
): readonly (readonly T[])[] {
  const full: (readonly T[])[] = [];
  let open: readonly T[] = [];
  for (const group of byReserve(vouchers)) {
    const part = group.slice(0, size);
    const fits =
      open.length + part.length <= size &&
      (open[0]?.currency ?? part[0]?.currency) === part[0]?.currency;
    if (!fits) full.push(open);
    open = fits ? [...open, ...part] : part;
  }
  return [...full, open].filter(({ length }) => length > 0);
}
