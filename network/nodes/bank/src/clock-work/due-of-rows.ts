// SPDX-License-Identifier: Apache-2.0
// What the clock makes due, by the rows of the ledger. Pure: the same row gives the same.
import { CLOCK_TOLERANCE_SECONDS, holds, type RowValue } from '@fabric-offline-pay/domain';
import type { DueKind, PolicySpan } from '../database/clock-tables.js';
import type { ShownOrder } from '../settling/settling-ledger.js';

/** One thing that will be due. */
export interface DueThing {
  readonly kind: DueKind;
  /** Natural, with the kind. */
  readonly key: readonly string[];
  /** Seconds since 1970. */
  readonly since: number;
  /** What of the policy it waits for after that; null: it is due then. */
  readonly waits: PolicySpan | null;
  /** Only this payee's bank can do it. */
  readonly payeeId?: string;
}

type Hold = NonNullable<ShownOrder['hold']>;
type Held = ShownOrder & { readonly hold: Hold };
type State = ShownOrder['state'];

const keyOf = ({ merchantId, orderNumber }: ShownOrder) => [merchantId, orderNumber];

/** States of a hold that may run out. */
const EXPIRING: readonly State[] = [
  ...(['authorised', 'merchantVerified', 'categoryChecked', 'matched', 'mismatched'] as const),
  ...(['blocked', 'partiallyCaptured'] as const),
];

/** States in which captured money may wait for the delivery. */
const DELIVERING: readonly State[] = ['partiallyCaptured', 'captured', 'released', 'refunded'];

function expiry(order: Held): DueThing[] {
  const isDue = EXPIRING.includes(order.state) && holds.uncaptured(order.hold) !== '0';
  return isDue
    ? [{ kind: 'expire', key: keyOf(order), since: order.hold.expiresAt, waits: null }]
    : [];
}

const waitsForDelivery = ({ hold }: Held): boolean =>
  holds.settleDelivery(hold).hold.released !== hold.released;

/** A delivery that only the courier reports is believed after the policy's time. */
const BELIEVED: Readonly<Partial<Record<ShownOrder['delivery'], PolicySpan | null>>> = {
  delivered: null,
  deliveredUnproven: 'unprovenSeconds',
};

function releasing(order: Held): DueThing[] {
  const waits = BELIEVED[order.delivery];
  if (waits === undefined || order.deliveredAt === null) return [];
  return DELIVERING.includes(order.state) && waitsForDelivery(order)
    ? [{ kind: 'release', key: keyOf(order), since: order.deliveredAt, waits }]
    : [];
}

function returning(order: Held): DueThing[] {
  const { hold, deliveredAt, state } = order;
  if (hold.deliverBy === null || deliveredAt !== null) return [];
  return DELIVERING.includes(state) && holds.unwind(hold).returned !== '0'
    ? [{ kind: 'returnUndelivered', key: keyOf(order), since: hold.deliverBy, waits: null }]
    : [];
}

const lapsing = (order: ShownOrder): DueThing[] =>
  order.dispute === null
    ? []
    : [
        {
          kind: 'lapseDispute',
          key: [...keyOf(order), order.dispute.id],
          since: order.dispute.openedAt,
          waits: 'decisionSeconds',
        },
      ];

/** The end of a hold, money that waits for a delivery, money for goods that never came, and a dispute that nobody decides. */
export function dueOfOrder(order: ShownOrder): DueThing[] {
  const { hold } = order;
  if (hold === null) return lapsing(order);
  const held = { ...order, hold };
  return [...expiry(held), ...releasing(held), ...returning(held), ...lapsing(order)];
}

/** Debts of a payee that get too old. */
export const dueOfCheckpoint = ({ payeeId, currency, debts }: RowValue<'checkpoint'>): DueThing[] =>
  debts.map(({ orderNumber, since }) => ({
    kind: 'bearDebt',
    key: [payeeId, currency, orderNumber],
    since,
    waits: 'debtSeconds',
    payeeId,
  }));

const DAY = 86_400;

/** As long, the front office can move a lost device's rest to another device instead. */
export const REISSUE_SECONDS = 30 * DAY;

/** The rest of a reserve goes back when no endorser's clock lets its vouchers be claimed any more. */
export function dueOfReserve(reserve: RowValue<'reserve'>): DueThing[] {
  const { customerId, deviceId, epoch, claimUntil, status } = reserve;
  if (status === 'closed') return [];
  const over = claimUntil + CLOCK_TOLERANCE_SECONDS + 1;
  return [
    {
      kind: 'closeReserve',
      key: [customerId, deviceId, epoch.toString()],
      since: status === 'revoked' ? over + REISSUE_SECONDS : over,
      waits: null,
    },
  ];
}

/** So long do credit entries of a payee gather. */
const ROLL_UP_SECONDS = 3_600;

/** @param at of the first entry, seconds since 1970 */
export const dueOfCredits = (payeeId: string, currency: string, at: number): DueThing => ({
  kind: 'rollUp',
  key: [payeeId, currency],
  since: at + ROLL_UP_SECONDS,
  waits: null,
  payeeId,
});

/** The policy's times, seconds. */
export type PolicySpans = Readonly<Record<PolicySpan, number>>;

/** @returns milliseconds since 1970 */
export const dueAt = (
  { since, waits }: Pick<DueThing, 'since' | 'waits'>,
  spans: PolicySpans,
): number => (since + (waits === null ? 0 : spans[waits])) * 1000;
