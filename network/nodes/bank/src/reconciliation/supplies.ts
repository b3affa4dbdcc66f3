// SPDX-License-Identifier: Apache-2.0
// The ledger's side: all money that this bank made or took back.
import type { SupplyKind } from '@fabric-offline-pay/domain';
import { addRows, type Projection } from '@fabric-offline-pay/node-common/node';
import { rowChange, type CommittedBlock, type RowChange } from '@fabric-offline-pay/sdk';
import type { Transaction } from 'kysely';
import { dayOf } from '../core-banking/book/post-entry.js';
import type { SupplyOrigin, SupplyTable } from '../database/reconciliation-tables.js';
import type { BankTables } from '../database/schema.js';
import { isFundingId } from './funding-ids.js';

/** Where the money came from or went to, by kind. What a customer's account got or gave depends on who did it. */
const ORIGINS: Readonly<Record<SupplyKind, SupplyOrigin | 'byId'>> = {
  issue: 'byId',
  withdraw: 'byId',
  redeem: 'node',
  compensate: 'bank',
  bear: 'bank',
  recover: 'bank',
};

function originOf(kind: SupplyKind, id: string): SupplyOrigin {
  const origin = ORIGINS[kind];
  if (origin !== 'byId') return origin;
  return isFundingId(kind, id) ? 'node' : 'counter';
}

export class Supplies implements Projection<BankTables> {
  readonly tables = ['supplies'] as const;
  readonly #bankId: string;

  /** @param bankId whose supply it is */
  constructor(bankId: string) {
    this.#bankId = bankId;
  }

  apply(db: Transaction<BankTables>, block: CommittedBlock): Promise<void> {
    return this.applyAll(db, [block]);
  }

  async applyAll(db: Transaction<BankTables>, blocks: readonly CommittedBlock[]): Promise<void> {
    const rows = blocks.flatMap(({ number, transactions }) =>
      transactions.flatMap(({ transactionId, changes }) =>
        changes
          .map(rowChange)
          .flatMap((change) =>
            this.#rowsOf(change, { block: Number(number), transaction_id: transactionId }),
          ),
      ),
    );
    await addRows(db, 'supplies', rows, 'supply_id');
  }

  #rowsOf(change: RowChange | undefined, place: Pick<SupplyTable, 'block' | 'transaction_id'>) {
    if (change?.kind !== 'supply' || change.row === null) return [];
    const [bankId, , , id = ''] = change.parts;
    if (bankId !== this.#bankId) return [];
    const { kind: way, currency, account, amount, at } = change.row;
    const row: SupplyTable = {
      ...{ kind: way, currency, supply_id: id, origin: originOf(way, id), account, amount },
      ...{ at: at * 1000, day: dayOf(at * 1000), ...place },
    };
    return [row];
  }
}
