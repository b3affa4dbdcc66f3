// SPDX-License-Identifier: Apache-2.0
// The customer's own record of purchases with unit prices (unit 20): habits are personal data and never reach the ledger.
import { canonicalJson } from '@fabric-offline-pay/domain';
import { BankError } from '../bank-error.js';
import type { BankContext } from '../context.js';
import type { BankDatabase, PurchaseLineTable, PurchaseTable } from '../database/schema.js';
import type { Parsed } from '../inputs.js';
import { settledMessageId } from '../messages/message-ids.js';
import { expiryOf, sendStored, storeForCaller } from '../outbox/send-now.js';
import type { NewMessage } from '../outbox/store-message.js';
import type { PurchaseRecord } from '../operations.js';
import { requireCustomer } from './customers.js';

type Purchase = Parsed<'recordPurchase'>;

const purchaseRow = (purchase: Purchase): PurchaseTable => ({
  merchant_id: purchase.merchantId,
  order_number: purchase.orderNumber,
  customer_id: purchase.customerId,
  login_id: purchase.loginId ?? null,
  currency: purchase.currency,
  fee: purchase.fee,
  total: purchase.total,
  purchased_at: purchase.purchasedAt,
  mode: purchase.mode,
});

const lineRows = ({ merchantId, orderNumber, lines }: Purchase): PurchaseLineTable[] =>
  lines.map(({ gtin, name, quantity, unitPrice }, index) => ({
    merchant_id: merchantId,
    order_number: orderNumber,
    line: index + 1,
    gtin,
    name,
    quantity,
    unit_price: unitPrice,
  }));

const toRecord = (row: PurchaseTable, lines: readonly PurchaseLineTable[]): PurchaseRecord => ({
  customerId: row.customer_id,
  merchantId: row.merchant_id,
  orderNumber: row.order_number,
  ...(row.login_id !== null && { loginId: row.login_id }),
  currency: row.currency,
  fee: row.fee,
  total: row.total,
  purchasedAt: row.purchased_at,
  mode: row.mode,
  lines: lines
    .filter(
      (line) => line.merchant_id === row.merchant_id && line.order_number === row.order_number,
    )
    .map(({ gtin, name, quantity, unit_price }) => ({
      gtin,
      name,
      quantity,
      unitPrice: unit_price,
    })),
});

async function readPurchase(db: BankDatabase, purchase: Purchase): Promise<PurchaseRecord> {
  const { merchantId, orderNumber } = purchase;
  const row = await db
    .selectFrom('purchases')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .executeTakeFirstOrThrow();
  const lines = await db
    .selectFrom('purchase_lines')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .orderBy('line')
    .execute();
  return toRecord(row, lines);
}

/** SQL has no insertion of zero rows. */
async function insertLines(db: BankDatabase, purchase: Purchase): Promise<void> {
  if (purchase.lines.length > 0)
    await db.insertInto('purchase_lines').values(lineRows(purchase)).execute();
}

/** Tells of an offline payment, which the bank could not check when it was made. */
const messageOf = (purchase: Purchase, now: number): NewMessage => ({
  message_id: settledMessageId(purchase.merchantId, purchase.orderNumber),
  customer_id: purchase.customerId,
  kind: 'paidOffline',
  merchant_id: purchase.merchantId,
  order_number: purchase.orderNumber,
  currency: purchase.currency,
  amount: purchase.total,
  happened_at: now,
  expires_at: expiryOf(now),
});

/**
 * Stores a purchase once, and tells the customer about one that was paid offline.
 * @throws {BankError} IDEMPOTENCY_CONFLICT when the order number has other content; MESSAGE_NOT_SENT.
 */
export async function recordPurchase(
  context: BankContext,
  purchase: Purchase,
): Promise<{ readonly recorded: true }> {
  const customer = await requireCustomer(context, purchase.customerId);
  const message = messageOf(purchase, context.clock());
  await context.db.transaction().execute(async (db) => {
    const inserted = await db
      .insertInto('purchases')
      .values(purchaseRow(purchase))
      .onConflict((conflict) => conflict.doNothing())
      .returning('order_number')
      .executeTakeFirst();
    if (inserted !== undefined) await insertLines(db, purchase);
    else if (canonicalJson(await readPurchase(db, purchase)) !== canonicalJson(purchase))
      throw new BankError('IDEMPOTENCY_CONFLICT', 'orderNumber');
    if (purchase.mode === 'offline') await storeForCaller(db, context, message);
  });
  if (purchase.mode === 'offline') await sendStored(context, customer, message);
  return { recorded: true };
}

/** @returns the customer's purchases, newest first. */
export async function listPurchases(
  context: BankContext,
  customerId: string,
): Promise<PurchaseRecord[]> {
  const rows = await context.db
    .selectFrom('purchases')
    .selectAll()
    .where('customer_id', '=', customerId)
    .orderBy('purchased_at', 'desc')
    .orderBy('order_number')
    .execute();
  const lines = await context.db
    .selectFrom('purchase_lines')
    .innerJoin('purchases', (join) =>
      join
        .onRef('purchases.merchant_id', '=', 'purchase_lines.merchant_id')
        .onRef('purchases.order_number', '=', 'purchase_lines.order_number'),
    )
    .selectAll('purchase_lines')
    .where('customer_id', '=', customerId)
    .orderBy('line')
    .execute();
  return rows.map((row) => toRecord(row, lines));
}
