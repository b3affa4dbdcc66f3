// SPDX-License-Identifier: Apache-2.0
// Payments that are accepted and not settled yet.
import { toAmount, toUnits, type Amount, type Currency } from '@fabric-offline-pay/domain';
import { OfflineError } from '../../errors.js';
import type { Store } from '../store/store.js';
import { payments, waiting, type AcceptedPayment } from './records.js';

/** Payments that are accepted and not settled yet, in sum. */
export interface Waiting {
  readonly count: number;
  /** By currency, in minor units. */
  readonly sums: Readonly<Record<Currency, Amount>>;
  /** The last second in which all of them can be settled (since 1970), or null when nothing waits. */
  readonly settleUntil: number | null;
}

/** Payments by order number, and those that are missing or unreadable. An unreadable payment must not stop the others. */
export interface ReadPayments {
  readonly found: readonly AcceptedPayment[];
  /** Order numbers. */
  readonly damaged: readonly string[];
}

/** @returns undefined for a payment that is unreadable. */
async function readPayment(
  store: Store,
  orderNumber: string,
): Promise<AcceptedPayment | undefined> {
  try {
    return await payments.get(store, orderNumber);
  } catch (error) {
    if (error instanceof OfflineError && error.code === 'STORE_DAMAGED') return undefined;
    throw error;
  }
}

export async function readPayments(
  store: Store,
  orderNumbers: readonly string[],
): Promise<ReadPayments> {
  const found: AcceptedPayment[] = [];
  const damaged: string[] = [];
  for (const orderNumber of orderNumbers) {
    const payment = await readPayment(store, orderNumber);
    if (payment === undefined) damaged.push(orderNumber);
    else found.push(payment);
  }
  return { found, damaged };
}

export const readWaiting = async (store: Store): Promise<ReadPayments> =>
  readPayments(store, await waiting.list(store));

export function waitingOf(open: readonly AcceptedPayment[]): Waiting {
  const sums: Record<Currency, Amount> = {};
  for (const { currency, amount } of open)
    sums[currency] = toAmount(toUnits(sums[currency] ?? '0') + toUnits(amount));
  const ends = open.map(({ claimUntil }) => claimUntil);
  return { count: open.length, sums, settleUntil: open.length === 0 ? null : Math.min(...ends) };
}
