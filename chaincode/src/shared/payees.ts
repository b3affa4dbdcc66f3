// SPDX-License-Identifier: Apache-2.0
// Payees. Every payment is a new row, keyed by its second, and reads no row of the payee, so that a busy merchant never
// causes conflicts. Past entries are rolled up into one checkpoint, and only the checkpoint is debited.
import {
  ensure,
  isSumAtLeast,
  subtractSums,
  type Amount,
  type CheckpointRow,
  type holds,
  timeKey,
  type OrderRow,
  type Sum,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

export const checkpointRow = async (
  call: Call,
  payeeId: string,
  currency: string,
): Promise<CheckpointRow> =>
  (await call.store.get('checkpoint', payeeId, currency)) ?? {
    payeeId,
    currency,
    balance: '0',
    withheld: '0',
    debts: [],
  };

/** The row of the order or batch, which every payment reads and writes, makes sure that the key is new. So nothing is read here. */
function creditPayee(
  call: Call,
  payeeId: string,
  currency: string,
  amount: Amount,
  order: string,
  id: string,
): void {
  if (amount === '0') return;
  const at = timeKey(call.now);
  call.store.put('credit', { amount, order }, payeeId, currency, at, `${order}~${id}`);
}

/** Credits a merchant with all vouchers of a batch at once. No order number and no capture id looks like this key. */
export const creditBatch = (
  call: Call,
  merchantId: string,
  currency: string,
  amount: Amount,
  batchId: string,
): void => creditPayee(call, merchantId, currency, amount, `${merchantId}~~${batchId}`, 'settle');

/** Pays a payee the part of a double spend that the bank bears. */
export const creditCompensation = (
  call: Call,
  merchantId: string,
  currency: string,
  amount: Amount,
  compensationId: string,
): void =>
  creditPayee(call, merchantId, currency, amount, `${merchantId}~~${compensationId}`, 'compensate');

/** Pays a payee from the reserve of a device that spent twice. */
export const creditRecovery = (
  call: Call,
  merchantId: string,
  currency: string,
  amount: Amount,
  voucherDigest: string,
): void =>
  creditPayee(call, merchantId, currency, amount, `${merchantId}~~${voucherDigest}`, 'recover');

/**
 * Ids of credits that do not come from a capture. No capture can have one of these, because identifiers begin with a letter
 * or digit.
 */
export const CREDIT_OF = {
  delivery: '~delivery',
  belief: '~belief',
  release: '~release',
} as const;

/** Credits merchant and logistics company of an order, once per id. */
export function creditPayees(
  call: Call,
  order: OrderRow,
  currency: string,
  credits: holds.Shares,
  id: string,
): void {
  const reference = `${order.merchantId}~${order.orderNumber}`;
  creditPayee(call, order.merchantId, currency, credits.merchant, reference, `${id}~merchant`);
  creditPayee(call, order.logisticsId, currency, credits.logistics, reference, `${id}~logistics`);
}

/** The money that a payee may use: its balance without the part that open disputes may take. */
const disposable = ({ balance, withheld }: CheckpointRow): Sum =>
  isSumAtLeast(balance, withheld) ? subtractSums(balance, withheld) : '0';

/** Takes money from a payee's rolled-up balance. @throws {DomainError} PAYEE_FUNDS_INSUFFICIENT. */
export async function debitPayee(
  call: Call,
  payeeId: string,
  currency: string,
  amount: Amount,
): Promise<CheckpointRow> {
  const checkpoint = await checkpointRow(call, payeeId, currency);
  const available = disposable(checkpoint);
  ensure(isSumAtLeast(available, amount), 'PAYEE_FUNDS_INSUFFICIENT', {
    payeeId,
    currency,
    available,
  });
  const debited = { ...checkpoint, balance: subtractSums(checkpoint.balance, amount) };
  call.store.put('checkpoint', debited);
  return debited;
}
