// SPDX-License-Identifier: Apache-2.0
// The projection of the ledger's alarms (unit 16): an open one is an alert, and its decision closes it.
import type { RowValue } from '@fabric-offline-pay/domain';
import type { Projection } from '@fabric-offline-pay/node-common/node';
import { rowChange, type CommittedBlock } from '@fabric-offline-pay/sdk';
import type { Transaction } from 'kysely';
import type { BankTables } from '../database/schema.js';
import type { Alerts } from './alerts.js';

type Tables = Transaction<BankTables>;

export class LedgerAlarms implements Projection<BankTables> {
  /** Alerts are not among them: a rebuild alerts nobody again. */
  readonly tables = [] as const;
  readonly #bankId: string;
  readonly #alerts: Alerts;

  /** @param bankId whose operators decide */
  constructor(bankId: string, alerts: Alerts) {
    this.#bankId = bankId;
    this.#alerts = alerts;
  }

  async apply(db: Tables, { transactions }: CommittedBlock): Promise<void> {
    for (const { changes } of transactions)
      for (const change of changes.map(rowChange))
        if (change?.kind === 'alarm' && change.row?.bankId === this.#bankId)
          await this.#follow(db, change.row);
  }

  async #follow(db: Tables, alarm: RowValue<'alarm'>): Promise<void> {
    const { merchantId, orderNumber, raisedAt, decidedAt } = alarm;
    const subject = `${merchantId}/${orderNumber}`;
    await this.#alerts.open(db, 'alarm', subject, raisedAt * 1000);
    if (decidedAt !== null) await this.#alerts.close(db, 'alarm', subject, decidedAt * 1000);
  }
}
