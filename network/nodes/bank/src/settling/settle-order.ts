// SPDX-License-Identifier: Apache-2.0
// Takes the bank's steps of one order until it must wait for somebody else. Each step has its natural key on the ledger.
import { bankStep, type ErrorCode, type OrderKey } from '@fabric-offline-pay/domain';
import { refusalCode } from '@fabric-offline-pay/node-common/client';
import type { BankDatabase } from '../database/schema.js';
import { isAutomatic } from './claim-agreements.js';
import type { SettlingLedger } from './settling-ledger.js';

export interface SettlingContext {
  readonly db: BankDatabase;
  readonly ledger: SettlingLedger;
}

/**
 * Something is missing, or somebody else was first: the next row of the order asks again. Any other refusal is tried again, and alerts an
 * operator when that does not help.
 */
const WAITS: readonly (ErrorCode | undefined)[] = [
  'ALARM_OPEN',
  'CLAIM_EXCEEDED',
  'HOLD_EXCEEDED',
  'HOLD_EXPIRED',
  'IDEMPOTENCY_CONFLICT',
  'PURCHASE_REQUIRED',
  'STATEMENT_MISSING',
  'STATE_CONFLICT',
];

/** @returns whether the order may have a further step now */
async function takeNext(ledger: SettlingLedger, key: OrderKey): Promise<boolean> {
  const order = await ledger.readOrder(key);
  if (order === undefined) return false;
  const step = bankStep(order);
  if (step === undefined) return false;
  try {
    await ledger.take(step, order);
  } catch (error) {
    if (!WAITS.includes(refusalCode(error))) throw error;
    return false;
  }
  // Nothing follows it, and the order's row does not show it.
  return step !== 'storePurchase';
}

/** By the blocks that the tables have. One that opens again is asked for again. */
async function isOpen(db: BankDatabase, { merchantId, orderNumber }: OrderKey): Promise<boolean> {
  const row = await db
    .selectFrom('settling_orders')
    .select('is_open')
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .executeTakeFirst();
  return row?.is_open === true;
}

/**
 * Units 13, 15, 14 and 17 of an order, as far as they can go now; after an upheld alarm the money goes back.
 * @throws when the ledger did not answer, or refused for a reason that does not pass: it is repeated later
 */
export async function settleOrder({ db, ledger }: SettlingContext, key: OrderKey): Promise<void> {
  if (!(await isOpen(db, key)) || !(await isAutomatic(db, key.merchantId))) return;
  while (await takeNext(ledger, key));
}
