// SPDX-License-Identifier: Apache-2.0
// What a shop is told of an order: made from the order as it was and as it is, so that reading the ledger again tells the same.
import { isBeforeMoney, orderSubject, toUnits, type Amount } from '@fabric-offline-pay/domain';
import { decidedDispute } from './decided-dispute.js';
import type { EventType, MerchantEvent } from './event-types.js';
import type { ShownHold, ShownOrder } from './shown-order.js';

/** What happened to the order, and what tells it from the same happening again. */
interface Happening {
  readonly type: EventType;
  readonly about?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

type State = ShownOrder['state'];

/** States that are news by themselves. Those about money and disputes are told by what moved. */
const STATES: Readonly<Partial<Record<State, EventType>>> = {
  basket: 'order.opened',
  placed: 'order.placed',
  matched: 'order.matched',
  released: 'order.released',
  expired: 'order.expired',
  paidOffline: 'order.paidOffline',
};

const VERIFICATIONS: Readonly<Partial<Record<ShownOrder['verification'], EventType>>> = {
  alarm: 'order.alarm',
  resolved: 'order.alarmResolved',
  upheld: 'order.alarmUpheld',
};

const DELIVERIES: Readonly<Partial<Record<ShownOrder['delivery'], EventType>>> = {
  pickedUp: 'order.pickedUp',
  deliveredUnproven: 'order.deliveredUnproven',
  delivered: 'order.delivered',
};

const EMPTY: Pick<ShownHold, 'captures' | 'refunds' | 'voided'> = {
  captures: {},
  refunds: {},
  voided: '0',
};

/** Entries that were added to a record of natural keys. */
const added = (
  type: EventType,
  before: Readonly<Record<string, Amount>>,
  { currency, entries }: { currency: string; entries: Readonly<Record<string, Amount>> },
): Happening[] =>
  Object.entries(entries)
    .filter(([id]) => !Object.hasOwn(before, id))
    .map(([about, amount]) => ({ type, about, more: { currency, amount } }));

function ofMoney(before: ShownHold | null, after: ShownHold | null): Happening[] {
  if (after === null) return [];
  const { captures, refunds, voided } = before ?? EMPTY;
  const { currency, authorised } = after;
  const returned = toUnits(after.voided) - toUnits(voided);
  const more = { currency, amount: returned.toString() };
  return [
    ...(before === null
      ? [{ type: 'order.authorised' as const, more: { currency, amount: authorised } }]
      : []),
    ...added('order.captured', captures, { currency, entries: after.captures }),
    ...added('order.refunded', refunds, { currency, entries: after.refunds }),
    ...(returned > 0n ? [{ type: 'order.voided' as const, about: after.voided, more }] : []),
  ];
}

function ofDispute(before: ShownOrder | null, after: ShownOrder): Happening[] {
  const decided = decidedDispute(before, after);
  const opened = after.dispute?.id;
  return [
    ...(decided === undefined
      ? []
      : [
          {
            type: decided.outcome === 'upheld' ? ('dispute.upheld' as const) : 'dispute.rejected',
            about: decided.id,
            more: { disputeId: decided.id },
          } satisfies Happening,
        ]),
    ...(opened === undefined || opened === before?.dispute?.id
      ? []
      : [{ type: 'dispute.opened' as const, about: opened, more: { disputeId: opened } }]),
  ];
}

const changed = <Value extends string>(
  types: Readonly<Partial<Record<Value, EventType>>>,
  before: Value | undefined,
  after: Value,
): Happening[] => {
  const type = types[after];
  return type === undefined || before === after ? [] : [{ type }];
};

/** An order that a leg placed together with its hold was never seen as placed. */
const placedAtOnce = (before: ShownOrder | null, after: ShownOrder): Happening[] =>
  (before === null || isBeforeMoney(before.state)) &&
  before?.state !== 'placed' &&
  after.hold !== null
    ? [{ type: 'order.placed' }]
    : [];

/** A dispute that is rejected leads back to a state that was told before: told once only, by its key. */
export function orderEvents(
  before: ShownOrder | null,
  after: ShownOrder,
  at: number,
): readonly MerchantEvent[] {
  const { merchantId, orderNumber, state } = after;
  const subject = orderSubject(after);
  const happenings = [
    ...placedAtOnce(before, after),
    ...ofMoney(before?.hold ?? null, after.hold),
    ...changed(VERIFICATIONS, before?.verification, after.verification),
    ...changed(STATES, before?.state, state),
    ...changed(DELIVERIES, before?.delivery, after.delivery),
    ...ofDispute(before, after),
  ];
  return happenings.map(({ type, about = '', more = {} }) => ({
    key: [subject, type, about],
    type,
    subject,
    data: { merchantId, orderNumber, state, ...more },
    at,
  }));
}
