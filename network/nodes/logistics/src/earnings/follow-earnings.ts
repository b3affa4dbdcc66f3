// SPDX-License-Identifier: Apache-2.0
// What couriers earn: each fee that the ledger credits to the company is divided, once, by the share that held at that time.
import type { Projection } from '@fabric-offline-pay/node-common/node';
import type { CommittedBlock } from '@fabric-offline-pay/sdk';
import { dayOf } from '../clock.js';
import type { LogisticsTables, LogisticsTransaction } from '../database/schema.js';
import { written, type WrittenRow } from '../of-transaction.js';
import { ACCOUNTS, courierAccount } from './accounts.js';
import { divideFee } from './share-of-fee.js';

export interface EarningsRules {
  /** The company's id on the ledger. */
  readonly logisticsId: string;
  /** Whose days they are, such as `Europe/Berlin`. */
  readonly timeZone: string;
  /** Of 10,000, for couriers without a share of their own. */
  readonly courierBasisPoints: number;
}

/** Stands between merchant and order number in a credit's reference. */
const BETWEEN = '~';

export class FollowEarnings implements Projection<LogisticsTables> {
  /** A rebuild keeps the books: they were closed with the shares of their time. */
  readonly tables = [] as const;
  readonly #rules: EarningsRules;

  constructor(rules: EarningsRules) {
    this.#rules = rules;
  }

  async apply(db: LogisticsTransaction, { transactions }: CommittedBlock): Promise<void> {
    for (const transaction of transactions)
      for (const credit of written(transaction, 'credit'))
        if (credit.parts[0] === this.#rules.logisticsId) await this.#divide(db, credit);
  }

  async #divide(db: LogisticsTransaction, { parts, row }: WrittenRow<'credit'>): Promise<void> {
    const [, currency = '', second = '', id = ''] = parts;
    const [merchantId = '', orderNumber = ''] = row.order.split(BETWEEN);
    const courierId = await courierOfOrder(db, merchantId, orderNumber);
    if (courierId === undefined) return;
    const at = Number(second);
    const share = await shareAt(db, courierId, at, this.#rules.courierBasisPoints);
    const divided = divideFee(row.amount, share);
    const common = {
      kind: 'earned' as const,
      debit: ACCOUNTS.fees,
      courier_id: courierId,
      currency,
      day: dayOf(at, this.#rules.timeZone),
      at,
      merchant_id: merchantId,
      order_number: orderNumber,
    };
    const entryId = `fee/${currency}/${id}`;
    await db
      .insertInto('courier_entries')
      .values([
        {
          ...common,
          entry_id: `${entryId}/courier`,
          credit: courierAccount(courierId),
          amount: divided.courier,
        },
        {
          ...common,
          entry_id: `${entryId}/company`,
          credit: ACCOUNTS.company,
          amount: divided.company,
        },
      ])
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

async function courierOfOrder(
  db: LogisticsTransaction,
  merchantId: string,
  orderNumber: string,
): Promise<string | undefined> {
  const waybill = await db
    .selectFrom('waybills')
    .select('courier_id')
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .executeTakeFirst();
  return waybill?.courier_id;
}

/** @returns the courier's share at this instant, of 10,000 */
async function shareAt(
  db: LogisticsTransaction,
  courierId: string,
  at: number,
  otherwise: number,
): Promise<number> {
  const share = await db
    .selectFrom('courier_shares')
    .select('basis_points')
    .where('courier_id', '=', courierId)
    .where('valid_from', '<=', at)
    .orderBy('valid_from', 'desc')
    .limit(1)
    .executeTakeFirst();
  return share?.basis_points ?? otherwise;
}
