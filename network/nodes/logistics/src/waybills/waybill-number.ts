// SPDX-License-Identifier: Apache-2.0
// The company's number of a waybill: made from the order and a secret, so that asking for it again, or in vain, stores nothing.
import { createHmac } from 'node:crypto';
import { canonicalJson, type OrderKey } from '@fabric-offline-pay/domain';
import type { LogisticsDatabase, LogisticsTransaction } from '../database/schema.js';

/** Hex digits: 80 bits. */
const DIGITS = 20;

/** @returns the number that the ledger has for the order, or null */
export async function quotedWaybill(
  db: LogisticsDatabase | LogisticsTransaction,
  { merchantId, orderNumber }: OrderKey,
): Promise<string | null> {
  const quote = await db
    .selectFrom('quotes')
    .select('waybill')
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .executeTakeFirst();
  return quote?.waybill ?? null;
}

/** Nobody counts a company's orders by it, or guesses that of another. */
async function madeNumber(
  db: LogisticsDatabase,
  { merchantId, orderNumber }: OrderKey,
): Promise<string> {
  const { secret } = await db.selectFrom('waybill_key').select('secret').executeTakeFirstOrThrow();
  const made = createHmac('sha256', secret).update(canonicalJson([merchantId, orderNumber]));
  return `WB-${made.digest('hex').slice(0, DIGITS)}`;
}

/** @returns the number that the order has on the ledger, or the one that it gets: always the same */
export const waybillNumber = async (db: LogisticsDatabase, key: OrderKey): Promise<string> =>
  (await quotedWaybill(db, key)) ?? (await madeNumber(db, key));
