// SPDX-License-Identifier: Apache-2.0
// What each kind of row obliges whom to, and from when on: a table. Pure; the same row gives the same.
import type { Row } from '../rows/read-row.js';
import type { Kind, Value } from '../rows/row-kinds.js';
import type { Obligation, Patience } from './obligation.js';

/** An obligation, before its block and its policy are known. */
export type Owed = Omit<Obligation, 'sinceBlock' | 'dueAt'>;

type RowOf<Of extends Kind> = Extract<Row, { readonly kind: Of }>;
type Owes<Of extends Kind> = (row: RowOf<Of>, patience: Patience) => readonly Owed[];
type Order = Value<'order'>;
type Hold = NonNullable<Order['hold']>;
type State = Order['state'];

/** States in which what was not captured may go back. */
const EXPIRING: readonly State[] = [
  ...(['authorised', 'merchantVerified', 'categoryChecked', 'matched', 'mismatched'] as const),
  ...(['blocked', 'partiallyCaptured'] as const),
];

/** States in which captured money may wait for the delivery. */
const DELIVERING: readonly State[] = ['partiallyCaptured', 'captured', 'released', 'refunded'];

/** A delivery without the customer's secret is believed after the policy's time. */
const BELIEVED = { delivered: null, deliveredUnproven: 'unprovenSeconds' } as const;

const uncaptured = ({ authorised, captured, voided }: Hold): bigint =>
  BigInt(authorised) - BigInt(captured) - BigInt(voided);

/** Captured, and neither credited nor given back. */
const waiting = ({ captured, released, refundedHeld }: Hold): bigint =>
  BigInt(captured) - BigInt(released) - BigInt(refundedHeld);

interface Basis {
  readonly order: Order;
  readonly hold: Hold;
  readonly amount: bigint;
}

const ofOrder = (
  kind: Owed['kind'],
  { order, hold, amount }: Basis,
  since: number,
  waits: Owed['waits'] = null,
): Owed => ({
  ...{ kind, since, waits },
  subject: `${order.merchantId}/${order.orderNumber}`,
  owedBy: { role: 'bank', id: order.bankId },
  money: { currency: hold.currency, amount: amount.toString() },
});

function expiry(order: Order, hold: Hold): Owed[] {
  const amount = uncaptured(hold);
  return EXPIRING.includes(order.state) && amount > 0n
    ? [ofOrder('hold.expire', { order, hold, amount }, hold.expiresAt)]
    : [];
}

function release(basis: Basis): Owed[] {
  const { delivery, deliveredAt } = basis.order;
  if (deliveredAt === null) return [];
  return delivery === 'delivered' || delivery === 'deliveredUnproven'
    ? [ofOrder('hold.release', basis, deliveredAt, BELIEVED[delivery])]
    : [];
}

const undelivered = (basis: Basis): Owed[] =>
  basis.hold.deliverBy === null || basis.order.deliveredAt !== null
    ? []
    : [ofOrder('hold.return', basis, basis.hold.deliverBy)];

function delivery(order: Order, hold: Hold): Owed[] {
  const amount = waiting(hold);
  if (!DELIVERING.includes(order.state) || amount <= 0n) return [];
  const basis = { order, hold, amount };
  return [...release(basis), ...undelivered(basis)];
}

const decision = ({ dispute, merchantId, orderNumber, bankId, hold }: Order): Owed[] =>
  dispute === null
    ? []
    : [
        {
          ...({ kind: 'dispute.decide', waits: 'decisionSeconds' } as const),
          subject: `${merchantId}/${orderNumber}/${dispute.id}`,
          since: dispute.openedAt,
          owedBy: { role: 'bank', id: bankId },
          money: hold && { currency: hold.currency, amount: dispute.withheld },
        },
      ];

const order: Owes<'order'> = ({ value }) => [
  ...(value.hold === null ? [] : [...expiry(value, value.hold), ...delivery(value, value.hold)]),
  ...decision(value),
];

/** An order that an express leg placed has no row of its own before it changes: until then its terms hold the money. */
const terms: Owes<'terms'> = ({ value }) => {
  if (!('terms' in value) || value.release === null) return [];
  const { merchantId, orderNumber, holdSeconds, currency, total } = value.terms;
  return [
    {
      ...({ kind: 'hold.expire', waits: null } as const),
      subject: `${merchantId}/${orderNumber}`,
      since: value.placedAt + holdSeconds,
      owedBy: { role: 'bank', id: value.bankId },
      money: { currency, amount: total },
    },
  ];
};

/** An order may have several debts, of several times. */
const checkpoint: Owes<'checkpoint'> = ({ value: { payeeId, currency, debts } }) =>
  debts.map(({ orderNumber, since, amount }) => ({
    ...({ kind: 'debt.bear', waits: 'debtSeconds' } as const),
    subject: [payeeId, currency, orderNumber, since].join('/'),
    since,
    owedBy: { role: 'bankOfPayee', id: payeeId },
    money: { currency, amount },
  }));

/** Endorsers' clocks may differ by so much: after it, and one second more, nobody can claim. */
const CLOCK_TOLERANCE_SECONDS = 60;

const reserve: Owes<'reserve'> = ({ value }, { reissueSeconds }) => {
  const { customerId, deviceId, epoch, status, claimUntil, currency, bankId } = value;
  if (status === 'closed') return [];
  const over = claimUntil + CLOCK_TOLERANCE_SECONDS + 1;
  const rest = BigInt(value.funded) - BigInt(value.settled) - BigInt(value.returned);
  return [
    {
      ...({ kind: 'reserve.close', waits: null } as const),
      subject: `${customerId}/${deviceId}/${epoch}`,
      since: status === 'revoked' ? over + reissueSeconds : over,
      owedBy: { role: 'bank', id: bankId },
      money: { currency, amount: rest.toString() },
    },
  ];
};

const payout: Owes<'payout'> = ({ value }, { redeemSeconds }) => {
  const { payeeId, currency, redeemId, amount, at } = value;
  return [
    {
      ...({ kind: 'payout.redeem', waits: null } as const),
      subject: `${payeeId}/${currency}/${redeemId}`,
      since: at + redeemSeconds,
      owedBy: { role: 'bankOfPayee', id: payeeId },
      money: { currency, amount },
    },
  ];
};

const LEAVING: readonly Value<'supply'>['kind'][] = ['redeem', 'withdraw'];

const supply: Owes<'supply'> = ({ value, parts: [bankId = '', ...rest] }, { arrivalSeconds }) =>
  LEAVING.includes(value.kind)
    ? [
        {
          ...({ kind: 'payout.arrive', waits: null } as const),
          subject: [bankId, ...rest].join('/'),
          since: value.at + arrivalSeconds,
          owedBy: { role: 'bank', id: bankId },
          money: { currency: value.currency, amount: value.amount },
        },
      ]
    : [];

const bulletin: Owes<'bulletin'> = ({ value: { bankId, issuedAt } }) => [
  {
    ...({ kind: 'bulletin.publish', waits: 'bulletinSeconds' } as const),
    subject: bankId,
    since: issuedAt,
    owedBy: { role: 'bank', id: bankId },
    money: null,
  },
];

const OWED = { order, terms, checkpoint, reserve, payout, supply, bulletin } as const satisfies {
  readonly [Of in Kind]?: Owes<Of>;
};

/** @returns whether a row of the kind obliges anybody */
export const obliges = (kind: Kind): kind is keyof typeof OWED => Object.hasOwn(OWED, kind);

/** @returns what the row obliges somebody to; nothing for a row of any other kind */
export const owedBy = (row: Row, patience: Patience): readonly Owed[] =>
  obliges(row.kind)
    ? (OWED[row.kind] as (row: Row, patience: Patience) => readonly Owed[])(row, patience)
    : [];
