// SPDX-License-Identifier: Apache-2.0
// The projection of the company's couriers: what the ledger says of them, and every version of their tariffs and areas.
import { registrationOf, type Courier } from '@fabric-offline-pay/domain';
import type { Projection } from '@fabric-offline-pay/node-common/node';
import type { CommittedBlock } from '@fabric-offline-pay/sdk';
import type { LogisticsTables, LogisticsTransaction } from '../database/schema.js';
import { timeOf, written } from '../of-transaction.js';

/** @returns JSON with its fields in a fixed order, so that equal registrations are equal texts */
export const registrationText = (courier: Parameters<typeof registrationOf>[0]): string =>
  JSON.stringify(registrationOf(courier));

export class FollowCouriers implements Projection<LogisticsTables> {
  readonly tables = ['courier_versions', 'couriers'] as const;
  readonly #logisticsId: string;

  constructor(logisticsId: string) {
    this.#logisticsId = logisticsId;
  }

  async apply(db: LogisticsTransaction, { transactions }: CommittedBlock): Promise<void> {
    for (const transaction of transactions)
      for (const { row } of written(transaction, 'fleet'))
        if (row.logisticsId === this.#logisticsId)
          for (const courier of row.couriers) await this.#note(db, courier, timeOf(transaction));
  }

  async #note(db: LogisticsTransaction, courier: Courier, now: number): Promise<void> {
    const { courierId, rating, conduct } = courier;
    const registration = registrationText(courier);
    const { version, before } = await latestVersion(db, courierId);
    if (before !== registration)
      await db
        .insertInto('courier_versions')
        .values({ courier_id: courierId, version: version + 1, valid_from: now, registration })
        .execute();
    const columns = {
      registration,
      rating: JSON.stringify(rating),
      conduct: JSON.stringify(conduct),
    };
    await db
      .insertInto('couriers')
      .values({ courier_id: courierId, ...columns })
      .onConflict((conflict) => conflict.column('courier_id').doUpdateSet(columns))
      .execute();
  }
}

async function latestVersion(
  db: LogisticsTransaction,
  courierId: string,
): Promise<{ readonly version: number; readonly before: string | null }> {
  const row = await db
    .selectFrom('courier_versions')
    .select(['version', 'registration'])
    .where('courier_id', '=', courierId)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return { version: row?.version ?? 0, before: row?.registration ?? null };
}
