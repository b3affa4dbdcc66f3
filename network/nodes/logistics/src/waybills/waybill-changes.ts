// SPDX-License-Identifier: Apache-2.0
// What an order's row means for its waybill: made from the row, the time of its transaction and what was known before.
import { holds, type OrderRow, type OrderState } from '@fabric-offline-pay/domain';
import type { WaybillTable } from '../database/waybills.js';

const ENDED: readonly OrderState[] = ['voided', 'expired'];

/** A refund ends an order only when nothing waits for the delivery: a part may have been refunded, and the rest is still carried. */
const isEnded = ({ state, hold }: OrderRow): boolean =>
  ENDED.includes(state) ||
  (state === 'refunded' && (hold === null || holds.standing(hold) === '0'));

/** The columns that an order's row decides. */
export type OrderColumns = Pick<
  WaybillTable,
  | 'state'
  | 'delivery'
  | 'fee_captured_at'
  | 'fee_released'
  | 'hold_expires_at'
  | 'deliver_by'
  | 'picked_up_at'
  | 'delivered_at'
  | 'ended_at'
>;

export const NOTHING_YET: Pick<OrderColumns, 'fee_captured_at' | 'picked_up_at' | 'ended_at'> = {
  fee_captured_at: null,
  picked_up_at: null,
  ended_at: null,
};

/** @returns the instant at which something became so: now, unless it was so before; null while it is not so */
const since = (isSo: boolean, before: number | null, now: number): number | null =>
  isSo ? (before ?? now) : null;

/** @param now of the transaction, in seconds since 1970 */
export function columnsOf(order: OrderRow, before: typeof NOTHING_YET, now: number): OrderColumns {
  const { state, delivery, deliveredAt, hold } = order;
  const isFeeCertain = hold !== null && holds.isFeeCaptured(hold);
  return {
    state,
    delivery,
    fee_captured_at: since(isFeeCertain, before.fee_captured_at, now),
    fee_released: hold?.feeReleased ?? '0',
    hold_expires_at: hold?.expiresAt ?? null,
    deliver_by: hold?.deliverBy ?? null,
    picked_up_at: since(delivery !== 'awaiting', before.picked_up_at, now),
    delivered_at: deliveredAt,
    ended_at: since(isEnded(order), before.ended_at, now),
  };
}
