// SPDX-License-Identifier: Apache-2.0
// How an order begins: its first row, and its terms.
import {
  ensure,
  termsDigest,
  type OrderRow,
  type OrderTerms,
  type TermsRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

type Ordered = Pick<OrderTerms, 'merchantId' | 'orderNumber' | 'customerId' | 'logisticsId'>;

/** The first row of an order: nothing was delivered, compared or disputed yet. */
export const newOrder = (
  { merchantId, orderNumber, customerId, logisticsId }: Ordered,
  { state, mode, bankId, hold }: Pick<OrderRow, 'state' | 'mode' | 'bankId' | 'hold'>,
): OrderRow => ({
  ...{ merchantId, orderNumber, state },
  dispute: null,
  ...{ mode, customerId, bankId, logisticsId },
  delivery: 'awaiting',
  deliveredAt: null,
  verification: 'none',
  hold,
  settled: null,
});

/** What was signed, by which device. A voucher stands where the signature of an order that was paid online would. */
export type Signed = Pick<TermsRow, 'terms' | 'signature' | 'bankId' | 'deviceId' | 'statements'>;

export function putTerms(
  call: Call,
  { terms, signature, bankId, deviceId, statements }: Signed,
): void {
  call.store.put('terms', {
    ...{ terms, signature, bankId, deviceId },
    ...{ digest: termsDigest(terms), placedAt: call.now },
    statements,
    receipt: null,
  });
}

/**
 * Begins an order that no basket stands for on the ledger.
 * @throws {DomainError} IDEMPOTENCY_CONFLICT when there is an order of this number.
 */
export async function putPlaced(call: Call, order: OrderRow, signed: Signed): Promise<void> {
  const { merchantId, orderNumber } = order;
  const existing = await call.store.get('order', merchantId, orderNumber);
  ensure(existing === undefined, 'IDEMPOTENCY_CONFLICT', { orderNumber });
  call.store.put('order', order);
  putTerms(call, signed);
}
