// SPDX-License-Identifier: Apache-2.0
// What the projections read of a transaction: its rows by kind, its time, and what it announced.
import type { OrderKey, RowKind, RowValue } from '@fabric-offline-pay/domain';
import { rowChange, type CommittedTransaction, type KeyedChange } from '@fabric-offline-pay/sdk';

/** A row of one kind that a transaction wrote. */
export interface WrittenRow<Kind extends RowKind> {
  /** The parts of its key after the kind. */
  readonly parts: readonly string[];
  readonly row: RowValue<Kind>;
}

/** Most rows of a block are of no concern here: only those of the kind are parsed. */
const changesOf = (changes: readonly KeyedChange[], kind: RowKind) =>
  changes.filter(({ key }) => key.startsWith(`${kind}/`)).map(rowChange);

/** @returns the rows of this kind that the transaction wrote; none that it removed */
export function written<Kind extends RowKind>(
  { changes }: CommittedTransaction,
  kind: Kind,
): readonly WrittenRow<Kind>[] {
  return changesOf(changes, kind).flatMap((change) => {
    if (change?.kind !== kind || change.row === null) return [];
    return [{ parts: change.parts, row: change.row }];
  });
}

/** Keys of rows of this kind that the transaction removed, as parts. */
export const removed = (
  { changes }: CommittedTransaction,
  kind: RowKind,
): readonly (readonly string[])[] =>
  changesOf(changes, kind).flatMap((change) =>
    change?.kind === kind && change.row === null ? [change.parts] : [],
  );

/** Seconds since 1970: of the proposal, which endorsers held against their clocks. */
export const timeOf = ({ events }: CommittedTransaction): number => events[0]?.at ?? 0;

const ORDER_SUBJECT = 'order';

/** @returns the orders on which the transaction announced this call, `contract:name` */
export const announced = ({ events }: CommittedTransaction, transaction: string): OrderKey[] =>
  events
    .filter((event) => event.transaction === transaction)
    .flatMap(({ subject }) => {
      const [kind, merchantId, orderNumber] = subject.split('/');
      return kind === ORDER_SUBJECT && merchantId !== undefined && orderNumber !== undefined
        ? [{ merchantId, orderNumber }]
        : [];
    });
