// SPDX-License-Identifier: Apache-2.0
// When orders are settled: the ledger says something new of one, or an agreement with its merchant changed.
import { bankStep, type OrderKey } from '@fabric-offline-pay/domain';
import type {
  AnyDatabase,
  JobData,
  JobKind,
  Projection,
  Work,
  WorkParts,
} from '@fabric-offline-pay/node-common/node';
import { rowChange, type CommittedBlock, type RowChange } from '@fabric-offline-pay/sdk';
import type { Transaction } from 'kysely';
import type { BankTables } from '../database/schema.js';
import { orderIn, type OrderRow } from '../order-changes.js';
import { SETTLE_MERCHANT } from './claim-agreements.js';
import { settleOrder, type SettlingContext } from './settle-order.js';

/** The job of one order. */
const SETTLE_ORDER = { name: 'settle-order' } as const;

type Tables = Transaction<BankTables>;
type Asking = Pick<Work<BankTables>, 'ask' | 'wake'>;

const ask = (work: Asking, db: AnyDatabase, { merchantId, orderNumber }: OrderKey): Promise<void> =>
  work.ask(db, SETTLE_ORDER, `${merchantId}/${orderNumber}`, { merchantId, orderNumber });

const STORED = 'feedback:storePurchase';

/** What the ledger says of orders that the bank settles. */
class SettlingReasons implements Projection<BankTables> {
  readonly tables = ['settling_orders'] as const;
  readonly #bankId: string;
  readonly #work: Asking;

  constructor(bankId: string, work: Asking) {
    this.#bankId = bankId;
    this.#work = work;
  }

  async apply(db: Tables, { transactions }: CommittedBlock): Promise<void> {
    for (const { changes } of transactions)
      for (const change of changes.map(rowChange))
        if (change !== undefined) await this.#follow(db, change);
  }

  async #follow(db: Tables, change: RowChange): Promise<void> {
    const { kind, parts } = change;
    const order = orderIn(change);
    if (order?.bankId === this.#bankId) await this.#note(db, order);
    if (kind === 'statement') await this.#askIfOpen(db, parts);
    if (kind === 'receipt' && parts[3] === STORED) await noteStored(db, parts.slice(1));
  }

  async #note(db: Tables, order: OrderRow): Promise<void> {
    const step = bankStep(order);
    const row = { merchant_id: order.merchantId, order_number: order.orderNumber };
    const { is_open: isOpen } = await db
      .insertInto('settling_orders')
      .values({ ...row, is_open: step !== undefined, is_stored: false })
      .onConflict((conflict) =>
        conflict.columns(['merchant_id', 'order_number']).doUpdateSet((set) => ({
          is_open:
            step === 'storePurchase'
              ? set.not(set.ref('settling_orders.is_stored'))
              : set.val(step !== undefined),
        })),
      )
      .returning('is_open')
      .executeTakeFirstOrThrow();
    if (isOpen) await ask(this.#work, db, order);
  }

  async #askIfOpen(db: Tables, [merchantId = '', orderNumber = '']: readonly string[]) {
    const row = await db
      .selectFrom('settling_orders')
      .select('is_open')
      .where('merchant_id', '=', merchantId)
      .where('order_number', '=', orderNumber)
      .executeTakeFirst();
    if (row?.is_open === true) await ask(this.#work, db, { merchantId, orderNumber });
  }
}

async function noteStored(
  db: Tables,
  [merchantId = '', orderNumber = '']: readonly string[],
): Promise<void> {
  await db
    .updateTable('settling_orders')
    .set({ is_stored: true, is_open: false })
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .execute();
}

const settleOrderJob = (context: SettlingContext): JobKind => ({
  ...SETTLE_ORDER,
  // Calls at the same time travel in one transaction.
  atOnce: 8,
  run: ({ merchantId, orderNumber }: JobData) =>
    settleOrder(context, { merchantId: String(merchantId), orderNumber: String(orderNumber) }),
});

const settleMerchantJob = ({ db }: SettlingContext, work: Asking): JobKind => ({
  ...SETTLE_MERCHANT,
  async run({ merchantId }: JobData) {
    await db.transaction().execute(async (transaction) => {
      const open = await transaction
        .selectFrom('settling_orders')
        .select(['merchant_id', 'order_number'])
        .where('merchant_id', '=', String(merchantId))
        .where('is_open', '=', true)
        .execute();
      for (const { merchant_id, order_number } of open)
        await ask(work, transaction, { merchantId: merchant_id, orderNumber: order_number });
    });
    work.wake();
  },
});

/**
 * Captures what matched and is clean, with nobody typing (units 13, 15, 14, 17).
 * @param bankId whose customers' orders are settled
 */
export function settlingWork(
  context: SettlingContext,
  work: Asking,
  bankId: string,
): WorkParts<BankTables> {
  return {
    projections: [new SettlingReasons(bankId, work)],
    jobs: [settleOrderJob(context), settleMerchantJob(context, work)],
  };
}
