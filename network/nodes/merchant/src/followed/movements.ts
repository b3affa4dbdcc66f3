// SPDX-License-Identifier: Apache-2.0
// Movements of a payee's money: what a transaction added or took, why, and what the payee had after it.
import type { CommittedTransaction } from '@fabric-offline-pay/sdk';
import type { MerchantTransaction, MovementKind } from '../database/schema.js';
import { timeOf, type Origin } from './changes.js';

export interface Movement {
  readonly kind: MovementKind;
  /** Minor units, signed. */
  readonly amount: bigint;
  readonly reference: string | null;
}

/** Which transaction changes a balance for which reason. */
const REASONS: Readonly<Record<string, MovementKind>> = {
  'settlement:refund': 'refund',
  'offline:refund': 'refund',
  'settlement:resolveDispute': 'dispute',
  'settlement:lapseDispute': 'dispute',
  'settlement:returnUndelivered': 'returned',
  // A roll-up moves money within the account; what it takes pays debts.
  'settlement:rollUp': 'debt',
  'settlement:redeem': 'payout',
};

/** @returns why a balance changed, with the last part of the event's subject, which is an order number for orders */
export function reasonOf({ events }: CommittedTransaction): Omit<Movement, 'amount'> {
  const [event] = events;
  const parts = (event?.subject ?? '').split('/');
  return {
    kind: REASONS[event?.transaction ?? ''] ?? 'other',
    reference: parts[0] === 'order' ? (parts.at(-1) ?? null) : null,
  };
}

async function lastTotal(
  db: MerchantTransaction,
  payeeId: string,
  currency: string,
): Promise<bigint> {
  const last = await db
    .selectFrom('payee_movements')
    .select('total_after')
    .where('payee_id', '=', payeeId)
    .where('currency', '=', currency)
    .orderBy('block', 'desc')
    .orderBy('transaction_index', 'desc')
    .orderBy('ordinal', 'desc')
    .limit(1)
    .executeTakeFirst();
  return BigInt(last?.total_after ?? 0);
}

export async function writeMovements(
  db: MerchantTransaction,
  { payeeId, currency }: { readonly payeeId: string; readonly currency: string },
  movements: readonly Movement[],
  { block, transaction }: Origin,
): Promise<void> {
  let total = movements.length === 0 ? 0n : await lastTotal(db, payeeId, currency);
  for (const [ordinal, { kind, amount, reference }] of movements.entries()) {
    total += amount;
    await db
      .insertInto('payee_movements')
      .values({
        payee_id: payeeId,
        currency,
        block: Number(block.number),
        transaction_index: transaction.index,
        ordinal,
        transaction_id: transaction.transactionId,
        at: timeOf(transaction),
        kind,
        amount: amount.toString(),
        reference,
        total_after: total.toString(),
      })
      .execute();
  }
}
