// SPDX-License-Identifier: Apache-2.0
// An order's whole trail: which rows belong to an order is data, and each transaction that touched one of them is a step.
import { orderSubject } from '@fabric-offline-pay/domain';
import type { Row } from '../rows/read-row.js';
import type { Kind, Value } from '../rows/row-kinds.js';
import type { OwnRow } from './history-table.js';
import type { RowOfKind, SeenChange, SeenTransaction } from './seen-transaction.js';

interface Order {
  readonly merchantId: string;
  readonly orderNumber: string;
}

type OrdersOf<Of extends Kind> = (row: RowOfKind<Of>) => readonly Order[];

const first = ({ parts: [merchantId = '', orderNumber = ''] }: Row): Order[] => [
  { merchantId, orderNumber },
];
const named = ({ value: { merchantId, orderNumber } }: { readonly value: Order }): Order[] => [
  { merchantId, orderNumber },
];

/** Between the parts of a credit entry's name. */
const BETWEEN = '~';

/** A receipt's key begins with its subject: see `orderSubject`. */
const ofReceipt = ({ parts: [subject, merchantId = '', orderNumber = ''] }: Row): Order[] =>
  subject === 'order' ? [{ merchantId, orderNumber }] : [];

/** A credit entry's name begins with its order; that of a whole batch, or of a compensation, has no number there. */
function ofCredit({ parts: [, , , id = ''] }: Row): Order[] {
  const [merchantId = '', orderNumber = ''] = id.split(BETWEEN);
  return orderNumber === '' ? [] : [{ merchantId, orderNumber }];
}

const ofBatch: OrdersOf<'batch'> = ({ value: { merchantId, settled } }) =>
  settled.flatMap(({ vouchers }) => vouchers.map(([orderNumber]) => ({ merchantId, orderNumber })));

/** Whose trail a row belongs to. */
const ORDERS = {
  order: named,
  terms: first,
  quote: first,
  statement: first,
  receipt: ofReceipt,
  report: named,
  alarm: named,
  purchase: named,
  offlineRefund: named,
  credit: ofCredit,
  batch: ofBatch,
} as const satisfies { readonly [Of in Kind]?: OrdersOf<Of> };

type OrderKind = keyof typeof ORDERS;

const isOrderKind = (kind: Kind): kind is OrderKind => Object.hasOwn(ORDERS, kind);

function ordersOf({ kind, before, after }: SeenChange): readonly Order[] {
  const row = after ?? before;
  if (row === undefined || !isOrderKind(kind)) return [];
  return (ORDERS[kind] as (row: Row) => readonly Order[])(row);
}

const NO_AMOUNTS = {
  ...{ state: null, verification: null, delivery: null, dispute: null, currency: null },
  ...{ authorised: null, voided: null, captured: null, released: null, fee: null },
  ...{ fee_released: null, refunded: null, refunded_held: null, fee_returned: null },
  paid_by_voucher: null,
} as const;

type Amounts = Partial<Omit<OwnRow<'order_steps'>, 'merchant_id' | 'order_number' | 'rows'>>;

const ofHold = ({ hold }: Value<'order'>): Amounts =>
  hold === null
    ? {}
    : {
        ...{ currency: hold.currency, authorised: hold.authorised, voided: hold.voided },
        ...{ captured: hold.captured, released: hold.released, fee: hold.fee },
        ...{ fee_released: hold.feeReleased, refunded: hold.refunded },
        ...{ refunded_held: hold.refundedHeld, fee_returned: hold.feeReturned },
      };

/** The terms of an express order hold its total until its own row is written. */
function ofTerms({ value }: RowOfKind<'terms'>): Amounts {
  if (!('terms' in value)) return { state: 'basket', currency: value.basket.currency };
  const { currency, total, fee } = value.terms;
  return value.release === null
    ? { state: 'placed', currency, fee }
    : { currency, authorised: total, fee };
}

function ofVouchers({ value }: RowOfKind<'batch'>, { orderNumber }: Order): Amounts {
  const amounts = value.settled
    .flatMap(({ vouchers }) => vouchers)
    .filter(([of]) => of === orderNumber)
    .map(([, , amount]) => BigInt(amount));
  const paid = amounts.reduce((sum, amount) => sum + amount, 0n).toString();
  return { currency: value.currency, paid_by_voucher: paid };
}

const ofOrder = ({ value }: RowOfKind<'order'>): Amounts => ({
  state: value.state,
  verification: value.verification,
  delivery: value.delivery,
  dispute: value.dispute?.id ?? null,
  ...ofHold(value),
});

/** What a row says of the order after the transaction. The order's own row says the most, and comes last. */
function amountsIn(row: Row | undefined, order: Order): Amounts {
  if (row?.kind === 'order') return ofOrder(row);
  if (row?.kind === 'terms') return ofTerms(row);
  return row?.kind === 'batch' ? ofVouchers(row, order) : {};
}

const isOwnRow = ({ kind }: SeenChange): number => (kind === 'order' ? 1 : 0);

function stepOf(order: Order, changes: readonly SeenChange[]): OwnRow<'order_steps'> {
  const sorted = changes.toSorted((a, b) => isOwnRow(a) - isOwnRow(b));
  const said = sorted.map(({ after }) => amountsIn(after, order));
  const rows = JSON.stringify(changes.map(({ key }) => key).sort());
  return {
    ...{ merchant_id: order.merchantId, order_number: order.orderNumber, rows },
    ...NO_AMOUNTS,
    ...said.reduce<Amounts>((all, each) => ({ ...all, ...each }), {}),
  };
}

/** @returns a step for each order that a transaction touched */
export function orderEntries(seen: SeenTransaction): OwnRow<'order_steps'>[] {
  const touched = new Map<string, { readonly order: Order; readonly changes: SeenChange[] }>();
  for (const change of seen.changes)
    for (const order of ordersOf(change)) {
      const name = orderSubject(order);
      const known = touched.get(name) ?? { order, changes: [] };
      if (known.changes.at(-1) !== change) known.changes.push(change);
      touched.set(name, known);
    }
  return [...touched.values()].map(({ order, changes }) => stepOf(order, changes));
}
