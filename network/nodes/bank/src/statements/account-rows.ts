// SPDX-License-Identifier: Apache-2.0
// The rows of customers' money while blocks are applied: read and written together.
import { addRows, BatchedRows } from '@fabric-offline-pay/node-common/node';
import { isPlaced } from '@fabric-offline-pay/domain';
import type { RowChange } from '@fabric-offline-pay/sdk';
import type { Transaction } from 'kysely';
import type { BankTables } from '../database/schema.js';
import type {
  AccountEntryTable,
  AccountOrderTable,
  AccountOwnerTable,
  AccountTotalTable,
} from './tables/statement-tables.js';

type Tables = Transaction<BankTables>;

/** Whose money a change may move. */
interface Concerned {
  readonly customer_id: string;
  readonly currencies: readonly string[];
}

function concernedBy({ kind, row }: RowChange): Concerned[] {
  if (row === null) return [];
  if (kind === 'account')
    return [{ customer_id: row.customerId, currencies: Object.keys(row.money) }];
  if (kind === 'order')
    return [
      { customer_id: row.customerId, currencies: row.hold === null ? [] : [row.hold.currency] },
    ];
  if (kind === 'terms' && isPlaced(row))
    return [{ customer_id: row.terms.customerId, currencies: [row.terms.currency] }];
  if (kind === 'reserve') return [{ customer_id: row.customerId, currencies: [row.currency] }];
  return kind === 'batch'
    ? row.settled.map(({ customerId }) => ({ customer_id: customerId, currencies: [row.currency] }))
    : [];
}

const HOLDING: readonly RowChange['kind'][] = ['order', 'terms'];

export class AccountRows {
  readonly orders: BatchedRows<AccountOrderTable, 'merchant_id' | 'order_number'>;
  readonly owners: BatchedRows<AccountOwnerTable, 'customer_id'>;
  readonly totals: BatchedRows<AccountTotalTable, 'customer_id' | 'currency'>;
  readonly #entries: AccountEntryTable[] = [];

  constructor(
    /** For the rows that change seldom. */
    readonly db: Tables,
  ) {
    this.orders = new BatchedRows(db, 'account_orders', ['merchant_id', 'order_number']);
    this.owners = new BatchedRows(db, 'account_owners', ['customer_id']);
    this.totals = new BatchedRows(db, 'account_totals', ['customer_id', 'currency']);
  }

  /** Reads what these changes are about. */
  async load(changes: readonly RowChange[]): Promise<void> {
    const concerned = changes.flatMap(concernedBy);
    await this.owners.load(concerned);
    await this.totals.load(
      concerned.flatMap(({ customer_id, currencies }) =>
        currencies.map((currency) => ({ customer_id, currency })),
      ),
    );
    await this.orders.load(
      changes
        .filter(({ kind }) => HOLDING.includes(kind))
        .map(({ parts: [merchant_id = '', order_number = ''] }) => ({ merchant_id, order_number })),
    );
  }

  addEntries(entries: readonly AccountEntryTable[]): void {
    this.#entries.push(...entries);
  }

  async write(): Promise<void> {
    await this.owners.write();
    await this.totals.write();
    await this.orders.write();
    await addRows(this.db, 'account_entries', this.#entries.splice(0), 'transaction_id');
  }
}
