// SPDX-License-Identifier: Apache-2.0
// When orders are settled: the ledger says something new of one, or an agreement with its merchant changed.
import { bankStep, type OrderKey } from '@fabric-offline-pay/domain';
import {
  BatchedRows,
  type AnyDatabase,
  type JobData,
  type JobKind,
  type Projection,
  type Work,
  type WorkParts,
} from '@fabric-offline-pay/node-common/node';
import { rowChange, type CommittedBlock, type RowChange } from '@fabric-offline-pay/sdk';
import type { Transaction } from 'kysely';
import type { BankTables } from '../database/schema.js';
import type { SettlingOrderTable } from '../database/settling-tables.js';
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

/** Where blocks are applied. */
interface Settling {
  readonly db: Tables;
  readonly rows: BatchedRows<SettlingOrderTable, 'merchant_id' | 'order_number'>;
}

const isStored = ({ kind, parts }: RowChange): boolean => kind === 'receipt' && parts[3] === STORED;

/** The order whose row a change may need. */
function settledBy(change: RowChange) {
  const { kind, parts } = change;
  if (kind !== 'order' && kind !== 'terms' && kind !== 'statement' && !isStored(change)) return [];
  const [merchant_id = '', order_number = ''] = kind === 'receipt' ? parts.slice(1) : parts;
  return [{ merchant_id, order_number }];
}

/** What the ledger says of orders that the bank settles. */
class SettlingReasons implements Projection<BankTables> {
  readonly tables = ['settling_orders'] as const;
  readonly #bankId: string;
  readonly #work: Asking;

  constructor(bankId: string, work: Asking) {
    this.#bankId = bankId;
    this.#work = work;
  }

  apply(db: Tables, block: CommittedBlock): Promise<void> {
    return this.applyAll(db, [block]);
  }

  async applyAll(db: Tables, blocks: readonly CommittedBlock[]): Promise<void> {
    const rows: Settling['rows'] = new BatchedRows(db, 'settling_orders', [
      'merchant_id',
      'order_number',
    ]);
    const changes = blocks
      .flatMap(({ transactions }) => transactions.flatMap((each) => each.changes.map(rowChange)))
      .filter((change) => change !== undefined);
    await rows.load(changes.flatMap(settledBy));
    for (const change of changes) await this.#follow({ db, rows }, change);
    await rows.write();
  }

  async #follow(settling: Settling, change: RowChange): Promise<void> {
    const order = orderIn(change);
    if (order?.bankId === this.#bankId) await this.#note(settling, order);
    if (change.kind === 'statement') await this.#askIfOpen(settling, change.parts);
    if (isStored(change)) await noteStored(settling, change.parts.slice(1));
  }

  async #note({ db, rows }: Settling, order: OrderRow): Promise<void> {
    const step = bankStep(order);
    const key = { merchant_id: order.merchantId, order_number: order.orderNumber };
    const known = await rows.get(key);
    const isStored = known?.is_stored ?? false;
    const is_open = step === 'storePurchase' ? !isStored : step !== undefined;
    rows.put({ ...key, is_open, is_stored: isStored });
    if (is_open) await ask(this.#work, db, order);
  }

  async #askIfOpen({ db, rows }: Settling, [merchantId = '', orderNumber = '']: readonly string[]) {
    const row = await rows.get({ merchant_id: merchantId, order_number: orderNumber });
    if (row?.is_open === true) await ask(this.#work, db, { merchantId, orderNumber });
  }
}

async function noteStored(
  { rows }: Settling,
  [merchant_id = '', order_number = '']: readonly string[],
): Promise<void> {
  const key = { merchant_id, order_number };
  if ((await rows.get(key)) !== undefined) rows.put({ ...key, is_stored: true, is_open: false });
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
