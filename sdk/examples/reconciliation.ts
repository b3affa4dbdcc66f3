// SPDX-License-Identifier: Apache-2.0
// A job that compares a shop's books with the ledger, order by order, and requests a payout of what the bank owes.
import { subtractAmounts, type OutputOf } from '@fabric-offline-pay/domain';
import { everyEntry, type Client } from '@fabric-offline-pay/sdk';

/** An order in the shop's books. */
export interface Booked {
  readonly orderNumber: string;
  /** What the shop expects for the goods, in minor units; '0' of a cancelled order. */
  readonly due: string;
}

/** `open`: the money is held, or comes with the delivery. `differs`: somebody must look at it. */
export interface Reconciled extends Booked {
  readonly state: string;
  /** What the ledger credited for the goods, less refunds paid after that. In minor units. */
  readonly received: string;
  readonly verdict: 'equal' | 'open' | 'differs';
}

type Order = OutputOf<'orderNumber', 'readOrder'>;

const OPEN = ['authorised', 'matched', 'blocked', 'partiallyCaptured', 'captured'];

function receivedOf(hold: NonNullable<Order['hold']>): string {
  const credited = subtractAmounts(hold.released, hold.feeReleased);
  return subtractAmounts(credited, subtractAmounts(hold.refunded, hold.refundedHeld));
}

/** Orders whose goods were taken along have no hold on the ledger, only settled vouchers. */
async function paidOffline(client: Client, merchantId: string, orderNumber: string) {
  const { payments } = await client.offline.listPayments({ merchantId, orderNumber });
  const received = payments.reduce((sum, { amount }) => sum + BigInt(amount), 0n).toString();
  return { state: payments.length > 0 ? 'settled' : 'unknown', received };
}

/**
 * Compares the shop's orders with the ledger's. An order that only the ledger knows is reported with nothing due.
 * @param client of the merchant's cashier
 */
export async function reconcile(
  client: Client,
  merchantId: string,
  books: readonly Booked[],
): Promise<readonly Reconciled[]> {
  const list = client.orderNumber.listOrders;
  const orders = await everyEntry(list, { merchantId }, (page) => page.orders);
  const known = new Map(orders.map((order) => [order.orderNumber, order]));
  const dues = new Map([
    ...orders.map(({ orderNumber }) => [orderNumber, '0'] as const),
    ...books.map((entry) => [entry.orderNumber, entry.due] as const),
  ]);
  const compared = [...dues].map(async ([orderNumber, due]): Promise<Reconciled> => {
    const order = known.get(orderNumber);
    const { state, received } = order?.hold
      ? { state: order.state, received: receivedOf(order.hold) }
      : await paidOffline(client, merchantId, orderNumber);
    const unequal = OPEN.includes(state) ? 'open' : 'differs';
    return { orderNumber, due, state, received, verdict: received === due ? 'equal' : unequal };
  });
  return Promise.all(compared);
}

/**
 * Asks the bank to pay out everything that is free: the credit, less what is withheld and owed.
 * @param redeemId the job's own id, such as the day. Repeated with the same amount, it is paid once
 * @returns the requested amount, in minor units
 * @throws {RefusedError} IDEMPOTENCY_CONFLICT when this id was used with another amount
 */
export async function requestPayout(
  client: Client,
  payee: { readonly payeeId: string; readonly currency: string },
  redeemId: string,
): Promise<string> {
  const { balance, open, withheld, owed } = await client.settlement.readPayee(payee);
  const amount = (BigInt(balance) + BigInt(open) - BigInt(withheld) - BigInt(owed)).toString();
  if (BigInt(amount) <= 0n) return '0';
  await client.settlement.requestPayout({ ...payee, redeemId, amount });
  return amount;
}
