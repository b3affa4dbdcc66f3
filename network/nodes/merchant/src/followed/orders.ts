// SPDX-License-Identifier: Apache-2.0
// The projection of the orders of this organisation's merchants, with their disputes, and of what a shop is told of them.
import type { Projection } from '@fabric-offline-pay/node-common/node';
import {
  beginningOf,
  isPlaced,
  orderSubject,
  toUnits,
  type BasketLine,
  type OrderRow,
  type RowValue,
} from '@fabric-offline-pay/domain';
import type { CommittedBlock, RowChange } from '@fabric-offline-pay/sdk';
import type { MerchantTables, MerchantTransaction } from '../database/schema.js';
import { orderEvents } from '../events/order-events.js';
import type { NoteEvent } from '../events/note-event.js';
import { eachOwn, timeOf, type Origin } from './changes.js';
import { followDispute } from './disputes.js';
import type { ShownOrder } from '../events/shown-order.js';

type Change = Extract<RowChange, { kind: 'order' | 'terms' }>;
type Terms = RowValue<'terms'>;

/** What one transaction wrote of one order. */
interface Written {
  readonly merchantId: string;
  readonly orderNumber: string;
  order?: OrderRow;
  terms?: Terms;
}

interface Known {
  readonly shown: ShownOrder | null;
  readonly total: string | null;
  readonly lines: string;
  readonly firstAt: number;
}

/** Two shops may give their orders the same number, and one transaction may carry both. */
function written(changes: readonly Change[], own: ReadonlySet<string>): readonly Written[] {
  const orders = new Map<string, Written>();
  for (const { parts, kind, row } of changes) {
    const [merchantId = '', orderNumber = ''] = parts;
    if (row === null || !own.has(merchantId)) continue;
    const key = orderSubject({ merchantId, orderNumber });
    const of = orders.get(key) ?? { merchantId, orderNumber };
    orders.set(key, kind === 'order' ? { ...of, order: row } : { ...of, terms: row });
  }
  return [...orders.values()];
}

/** Its own row, or what follows from its basket or terms as long as it has none. */
function orderIn({ order, terms }: Written): OrderRow | undefined {
  if (order !== undefined || terms === undefined) return order;
  return isPlaced(terms) && terms.release === null ? undefined : beginningOf(terms);
}

/** The receipt of the bank's leg is nobody's business but the trail's. */
const shownOf = (row: OrderRow): ShownOrder => ({
  merchantId: row.merchantId,
  orderNumber: row.orderNumber,
  state: row.state,
  dispute: row.dispute,
  mode: row.mode,
  customerId: row.customerId,
  bankId: row.bankId,
  logisticsId: row.logisticsId,
  delivery: row.delivery,
  deliveredAt: row.deliveredAt,
  verification: row.verification,
  hold: row.hold,
  ...(row.claimed !== undefined && { claimed: row.claimed }),
});

/** Held, and neither captured nor returned yet, in minor units. */
const uncapturedOf = ({ hold }: ShownOrder): string =>
  hold === null
    ? '0'
    : (toUnits(hold.authorised) - toUnits(hold.captured) - toUnits(hold.voided)).toString();

const linesOf = (lines: readonly BasketLine[]): string =>
  JSON.stringify(lines.map(({ gtin, quantity, unitPrice }) => ({ gtin, quantity, unitPrice })));

const termsIn = (terms: Terms, known: Known): Pick<Known, 'total' | 'lines'> =>
  isPlaced(terms)
    ? { total: terms.terms.total, lines: linesOf(terms.terms.lines) }
    : { total: known.total, lines: linesOf(terms.basket.lines) };

async function readKnown(
  db: MerchantTransaction,
  { merchantId, orderNumber }: Written,
  at: number,
): Promise<Known> {
  const row = await db
    .selectFrom('followed_orders')
    .select(['shown', 'total', 'lines', 'first_at'])
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .executeTakeFirst();
  if (row === undefined) return { shown: null, total: null, lines: '[]', firstAt: at };
  const { shown, total, lines, first_at: firstAt } = row;
  return { shown: JSON.parse(shown) as ShownOrder, total, lines, firstAt };
}

async function write(
  db: MerchantTransaction,
  order: ShownOrder,
  known: Known,
  { block, at }: { readonly block: bigint; readonly at: number },
): Promise<void> {
  const { merchantId, orderNumber, state, verification, delivery, hold, dispute } = order;
  const stated = {
    state,
    verification,
    delivery,
    currency: hold?.currency ?? null,
    total: known.total,
    lines: known.lines,
    uncaptured: uncapturedOf(order),
    expires_at: hold?.expiresAt ?? null,
    dispute_id: dispute?.id ?? null,
    shown: JSON.stringify(order),
    first_at: known.firstAt,
    changed_at: at,
    block: Number(block),
  };
  await db
    .insertInto('followed_orders')
    .values({ merchant_id: merchantId, order_number: orderNumber, ...stated })
    .onConflict((conflict) => conflict.columns(['merchant_id', 'order_number']).doUpdateSet(stated))
    .execute();
}

export class OrdersProjection implements Projection<MerchantTables> {
  readonly tables = ['followed_orders', 'followed_disputes'] as const;
  /** 2: the first one took orders of two shops for one, where their numbers were the same. */
  readonly version = 2;
  readonly #mspId: string;
  readonly #note: NoteEvent;

  constructor(mspId: string, note: NoteEvent) {
    this.#mspId = mspId;
    this.#note = note;
  }

  apply(db: MerchantTransaction, block: CommittedBlock): Promise<void> {
    const kinds = ['order', 'terms'] as const;
    return eachOwn(db, block, { mspId: this.#mspId, kinds }, async (origin, changes, own) => {
      for (const each of written(changes, own)) await this.#follow(db, each, origin);
    });
  }

  async #follow(db: MerchantTransaction, each: Written, { block, transaction }: Origin) {
    const at = timeOf(transaction);
    const known = await readKnown(db, each, at);
    const row = orderIn(each);
    const order = row === undefined ? known.shown : shownOf(row);
    if (order === null) return;
    const terms = each.terms === undefined ? {} : termsIn(each.terms, known);
    await write(db, order, { ...known, ...terms }, { block: block.number, at });
    await followDispute(db, known.shown, order, at);
    for (const event of orderEvents(known.shown, order, at)) await this.#note(db, event);
  }
}
