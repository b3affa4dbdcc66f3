// SPDX-License-Identifier: Apache-2.0
// The ledger's side: all money that this bank made or took back.
import type { SupplyKind } from '@fabric-offline-pay/domain';
import type { Projection } from '@fabric-offline-pay/node-common/node';
import { rowChange, type CommittedBlock, type RowChange } from '@fabric-offline-pay/sdk';
import type { Transaction } from 'kysely';
import { dayOf } from '../core-banking/book/post-entry.js';
import type { SupplyOrigin } from '../database/reconciliation-tables.js';
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

  async apply(db: Transaction<BankTables>, { number, transactions }: CommittedBlock) {
    for (const { transactionId, changes } of transactions)
      for (const change of changes.map(rowChange))
        if (change !== undefined) await this.#note(db, change, Number(number), transactionId);
  }

  async #note(
    db: Transaction<BankTables>,
    { kind, parts: [bankId, , , id = ''], row }: RowChange,
    block: number,
    transactionId: string,
  ): Promise<void> {
    if (kind !== 'supply' || row === null || bankId !== this.#bankId) return;
    const { kind: way, currency, account, amount, at } = row;
    await db
      .insertInto('supplies')
      .values({
        ...{ kind: way, currency, supply_id: id, origin: originOf(way, id), account, amount },
        ...{ at: at * 1000, day: dayOf(at * 1000), block, transaction_id: transactionId },
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
