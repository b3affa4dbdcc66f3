// SPDX-License-Identifier: Apache-2.0
// An order as a change of the ledger shows it: by its own row, or by the terms of an express leg while it has none.
import { beginningOf, isPlaced, type RowValue } from '@fabric-offline-pay/domain';
import type { RowChange } from '@fabric-offline-pay/sdk';

export type OrderRow = RowValue<'order'>;

/** A stepwise order, and one whose voucher was refused, has its own row from the beginning. */
const placedOrder = (row: RowValue<'terms'>): OrderRow | undefined =>
  isPlaced(row) && row.statements !== null && row.release !== null ? beginningOf(row) : undefined;

/** @returns undefined for a change that says nothing of an order's state */
export function orderIn({ kind, row }: RowChange): OrderRow | undefined {
  if (row === null) return undefined;
  if (kind === 'order') return row;
  return kind === 'terms' ? placedOrder(row) : undefined;
}
