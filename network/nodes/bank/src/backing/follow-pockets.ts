// SPDX-License-Identifier: Apache-2.0
// Keeps what each pocket on the ledger holds, as the domain reads it from the rows.
import { outranks, pocketOf, type HeldMoney, type Pocket } from '@fabric-offline-pay/domain';
import { addRows, type Projection } from '@fabric-offline-pay/node-common/node';
import type { CommittedBlock } from '@fabric-offline-pay/sdk';
import { sql, type Transaction } from 'kysely';
import type { BackingPocketTable } from '../database/backing-tables.js';
import type { BankTables } from '../database/schema.js';

type Tables = Transaction<BankTables>;

/** What each pocket that the blocks write holds after them. */
function pocketsIn(blocks: readonly CommittedBlock[]): ReadonlyMap<string, Pocket> {
  const pockets = new Map<string, Pocket>();
  for (const { transactions } of blocks)
    for (const { changes } of transactions)
      for (const { key, value } of changes) {
        const pocket = pocketOf(key, value === null ? null : JSON.parse(value));
        if (pocket === undefined || outranks(pockets.get(pocket.name), pocket)) continue;
        pockets.set(pocket.name, pocket);
      }
  return pockets;
}

const holderOf = ({ kind, id }: HeldMoney) => ({
  customer_id: kind === 'customer' ? id : null,
  payee_id: kind === 'payee' ? id : null,
});

export class BackingPockets implements Projection<BankTables> {
  readonly tables = ['backing_pockets'] as const;
  readonly #bankId: string;

  /** @param bankId whose customers' money is followed */
  constructor(bankId: string) {
    this.#bankId = bankId;
  }

  apply(db: Tables, block: CommittedBlock): Promise<void> {
    return this.applyAll(db, [block]);
  }

  async applyAll(db: Tables, blocks: readonly CommittedBlock[]): Promise<void> {
    const pockets = pocketsIn(blocks);
    if (pockets.size === 0) return;
    const names = sql`jsonb_array_elements_text(${JSON.stringify([...pockets.keys()])}::jsonb)`;
    await sql`delete from backing_pockets where pocket in (select ${names})`.execute(db);
    const rows = [...pockets.values()].flatMap((pocket) => this.#rowsOf(pocket));
    await addRows(db, 'backing_pockets', rows, 'pocket');
  }

  #rowsOf({ name, holds }: Pocket): BackingPocketTable[] {
    return holds
      .filter(({ bankId }) => bankId === null || bankId === this.#bankId)
      .map((money) => ({
        ...{ pocket: name, currency: money.currency, amount: money.amount },
        ...holderOf(money),
      }));
  }
}
