// SPDX-License-Identifier: Apache-2.0
// What a customer is told of an order (unit 19): made from the order's row as it was and as it is now, so that reading the ledger
// again tells the same.
import { toUnits, type Amount, type RowValue } from '@fabric-offline-pay/domain';
import type { NoticeKind } from '../messages/kinds.js';

type Order = RowValue<'order'>;
type Hold = NonNullable<Order['hold']>;

/** One thing that a customer is told, once. */
export interface Notice {
  /** Natural: `kind` and what it is about. Unique within the order. */
  readonly key: readonly string[];
  readonly kind: NoticeKind;
  /** Minor units, where the notice is about money. */
  readonly amount: Amount | null;
}

/** Of an order that was not there before. */
export interface OrderBefore {
  readonly delivery: Order['delivery'];
  readonly verification: Order['verification'];
  readonly dispute: Order['dispute'];
  readonly hold: Pick<Hold, 'captures' | 'refunds' | 'voided'> | null;
}

const NOTHING: OrderBefore = {
  delivery: 'awaiting',
  verification: 'none',
  dispute: null,
  hold: null,
};

const notice = (kind: NoticeKind, about?: string, amount: Amount | null = null): Notice => ({
  key: about === undefined ? [kind] : [kind, about],
  kind,
  amount,
});

/** Entries that were added to a record of natural keys. */
const added = (
  before: Readonly<Record<string, Amount>>,
  after: Readonly<Record<string, Amount>>,
): (readonly [string, Amount])[] =>
  Object.entries(after).filter(([id]) => !Object.hasOwn(before, id));

function noticesOfMoney(before: OrderBefore['hold'], after: Hold): Notice[] {
  const { captures, refunds, voided } = before ?? { captures: {}, refunds: {}, voided: '0' };
  const returned = toUnits(after.voided) - toUnits(voided);
  return [
    ...added(captures, after.captures).map(([id, amount]) => notice('deducted', id, amount)),
    ...added(refunds, after.refunds).map(([id, amount]) => notice('refunded', id, amount)),
    ...(returned > 0n ? [notice('returned', after.voided, returned.toString())] : []),
  ];
}

const VERIFICATIONS: Readonly<Partial<Record<Order['verification'], NoticeKind>>> = {
  alarm: 'alarm',
  resolved: 'alarmResolved',
  upheld: 'alarmUpheld',
};

const DELIVERIES: Readonly<Partial<Record<Order['delivery'], NoticeKind>>> = {
  delivered: 'delivered',
  deliveredUnproven: 'deliveredUnproven',
};

function noticesOfDispute(before: OrderBefore, { dispute, state }: Order): Notice[] {
  if (dispute !== null) return before.dispute === null ? [notice('disputed', dispute.id)] : [];
  if (before.dispute === null) return [];
  const { id } = before.dispute;
  return [notice(state === 'refunded' ? 'disputeUpheld' : 'disputeRejected', id)];
}

/** @returns what the customer is told of the change, in a fixed order; empty when the change is of no concern to customers */
export function noticesOf(before: OrderBefore | null, after: Order): readonly Notice[] {
  const was = before ?? NOTHING;
  const verification = VERIFICATIONS[after.verification];
  const delivery = DELIVERIES[after.delivery];
  return [
    ...(verification !== undefined && was.verification !== after.verification
      ? [notice(verification)]
      : []),
    ...(after.hold === null ? [] : noticesOfMoney(was.hold, after.hold)),
    ...(delivery !== undefined && was.delivery !== after.delivery ? [notice(delivery)] : []),
    ...noticesOfDispute(was, after),
  ];
}
