// SPDX-License-Identifier: Apache-2.0
// The part of the ledger that settling uses.
import {
  captureDue,
  FIRST_CAPTURE,
  nextCaptureId,
  type BankStep,
  type OrderKey,
  type OutputOf,
} from '@fabric-offline-pay/domain';
import { ifFound, type Client } from '@fabric-offline-pay/sdk';

/** An order, as a query shows it. */
export type ShownOrder = OutputOf<'orderNumber', 'readOrder'>;

export interface SettlingLedger {
  /** @returns undefined when there is no such order. */
  readOrder(key: OrderKey): Promise<ShownOrder | undefined>;
  /** @throws a refusal with its code, or an error when the ledger did not answer. */
  take(step: BankStep, order: ShownOrder): Promise<void>;
}

const TRANSACTIONS: Readonly<
  Record<BankStep, (node: Client, key: OrderKey, order: ShownOrder) => Promise<unknown>>
> = {
  settle: ({ express }, key) => express.settle({ ...key, captureId: FIRST_CAPTURE }),
  compare: ({ orderNumber }, key) => orderNumber.compare(key),
  compareOrder: ({ alarm }, key) => alarm.compareOrder(key),
  capture: ({ settlement }, key, order) =>
    settlement.capture({
      ...key,
      captureId: nextCaptureId(order),
      amount: captureDue(order),
    }),
  void: ({ settlement }, key) => settlement.void(key),
  storePurchase: ({ feedback }, key) => feedback.storePurchase(key),
};

/** @param node a client with a certificate of role `bank-node` */
export const settlingLedger = (node: Client): SettlingLedger => ({
  readOrder: (key) => ifFound(node.orderNumber.readOrder(key)),
  async take(step, order) {
    const { merchantId, orderNumber } = order;
    await TRANSACTIONS[step](node, { merchantId, orderNumber }, order);
  },
});
