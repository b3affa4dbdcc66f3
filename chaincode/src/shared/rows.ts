// SPDX-License-Identifier: Apache-2.0
// Rows that several contracts read, each with the refusal when it is missing.
import {
  basketOf,
  ensure,
  found,
  isPlaced,
  nextState,
  orderSubject,
  type Basket,
  type BasketRow,
  type ContractName,
  type MerchantRow,
  type OrderEvent,
  type OrderKey,
  type OrderRow,
  type OrderState,
  type Policy,
  type QuoteRow,
  type Receipt,
  type RegistryRow,
  type ResultOf,
  type TermsRow,
  type TransactionName,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { orderAt } from '../ledger/order-at.js';

/** The registry. It exists, because without it nobody passes the access check. */
export const registryRow = async (call: Call): Promise<RegistryRow> =>
  found(await call.store.get('registry'), 'INTERNAL', { row: 'registry' });

export const policyRow = async (call: Call): Promise<Policy> => (await registryRow(call)).policy;

export const merchantRow = async (call: Call, merchantId: string): Promise<MerchantRow> =>
  found(await call.store.get('merchant', merchantId), 'MERCHANT_UNKNOWN', { merchantId });

/** @throws {DomainError} NOT_FOUND when there is no such order. */
export const orderRow = async (call: Call, order: OrderKey): Promise<OrderRow> =>
  found(await orderAt(call.store, order), 'NOT_FOUND', { row: 'order' });

/** Writes the order in the state that the event leads to. @throws {DomainError} STATE_CONFLICT. */
export function advance(
  call: Call,
  order: OrderRow,
  event: OrderEvent,
  changes: Partial<OrderRow> = {},
): OrderState {
  const state = nextState(order.state, event);
  call.store.put('order', { ...order, ...changes, state });
  return state;
}

const pickedRow = async (
  call: Call,
  { merchantId, orderNumber }: OrderKey,
  row: 'basket' | 'terms',
): Promise<BasketRow | TermsRow> =>
  found(await call.store.get('terms', merchantId, orderNumber), 'NOT_FOUND', { row });

/** The basket of an order, before and after the customer signs. */
export async function basketOfOrder(call: Call, order: OrderKey): Promise<Basket> {
  const row = await pickedRow(call, order, 'basket');
  return isPlaced(row) ? basketOf(row.terms) : row.basket;
}

/** The quote of a logistics company. Each company has its own row, so none can block another. */
export const quoteRow = async (
  call: Call,
  { merchantId, orderNumber, logisticsId }: OrderKey & { readonly logisticsId: string },
): Promise<QuoteRow> =>
  found(await call.store.get('quote', merchantId, orderNumber, logisticsId), 'NOT_FOUND', {
    row: 'quote',
  });

/** @throws {DomainError} NOT_FOUND when the customer has not signed. */
export async function termsRow(call: Call, order: OrderKey): Promise<TermsRow> {
  const row = await pickedRow(call, order, 'terms');
  ensure(isPlaced(row), 'NOT_FOUND', { row: 'terms' });
  return row;
}

/** The receipt of a step that must be done. @throws {DomainError} VERIFICATION_MISSING. */
export async function receiptOfStep(
  call: Call,
  order: OrderKey,
  transaction: string,
): Promise<Receipt> {
  const row = await call.store.get('receipt', orderSubject(order), transaction);
  return found(row, 'VERIFICATION_MISSING', { transaction });
}

/** The result in the receipt of a step that must be done. @throws {DomainError} VERIFICATION_MISSING. */
export async function resultOfStep<
  Contract extends ContractName,
  Name extends TransactionName<Contract>,
>(call: Call, order: OrderKey, contract: Contract, name: Name): Promise<ResultOf<Contract, Name>> {
  const { output } = await receiptOfStep(call, order, `${contract}:${name}`);
  // The handler of this transaction wrote it.
  return output as ResultOf<Contract, Name>;
}

/** The categories from unit 9, for a stepwise order. */
export const verifiedCategories = async (call: Call, order: OrderKey): Promise<readonly string[]> =>
  (await resultOfStep(call, order, 'goods', 'partition')).categories;
