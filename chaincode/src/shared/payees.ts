// SPDX-License-Identifier: Apache-2.0
// Payees: every payment is a new row, keyed by its second, and reads nothing of the payee's, so that a busy merchant
// never conflicts. Past entries are rolled up into one checkpoint, and only the checkpoint is ever debited.
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

/** The key is new with the order's or the batch's row, which every payment reads and writes: nothing is to be read here. */
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

/** Credits a merchant with all vouchers of a batch at once. No order number and no capture id is written so. */
export const creditBatch = (
  call: Call,
  merchantId: string,
  currency: string,
  amount: Amount,
  batchId: string,
): void => creditPayee(call, merchantId, currency, amount, `${merchantId}~~${batchId}`, 'settle');

/** Pays a payee what the bank bears of a double spend. */
export const creditCompensation = (
  call: Call,
  merchantId: string,
  currency: string,
  amount: Amount,
  compensationId: string,
): void =>
  creditPayee(call, merchantId, currency, amount, `${merchantId}~~${compensationId}`, 'compensate');

/** Pays a payee out of the reserve of a device that spent twice. */
export const creditRecovery = (
  call: Call,
  merchantId: string,
  currency: string,
  amount: Amount,
  voucherDigest: string,
): void =>
  creditPayee(call, merchantId, currency, amount, `${merchantId}~~${voucherDigest}`, 'recover');

/** Ids of credits that no capture makes: no capture can have one of these, since identifiers begin with a letter or digit. */
export const CREDIT_OF = {
  delivery: '~delivery',
  belief: '~belief',
  release: '~release',
} as const;

/** Credits merchant and logistics company of an order, once an id. */
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

/** What a payee may dispose of: its balance without what open disputes may take. */
const disposable = ({ balance, withheld }: CheckpointRow): Sum =>
  isSumAtLeast(balance, withheld) ? subtractSums(balance, withheld) : '0';

/** Takes money out of a payee's rolled-up balance. @throws {DomainError} PAYEE_FUNDS_INSUFFICIENT. */
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
