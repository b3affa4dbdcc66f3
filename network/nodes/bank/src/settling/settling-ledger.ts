// SPDX-License-Identifier: Apache-2.0
// The part of the ledger that settling uses.
import { holds, type OrderKey } from '@fabric-offline-pay/domain';
import { CAPTURE_ID, ifFound, type Client } from '@fabric-offline-pay/sdk';
import type { SettlingStep, ShownOrder } from './next-step.js';

export interface SettlingLedger {
  /** @returns undefined when there is no such order. */
  readOrder(key: OrderKey): Promise<ShownOrder | undefined>;
  /** @throws a refusal with its code, or an error when the ledger did not answer. */
  take(step: SettlingStep, order: ShownOrder): Promise<void>;
}

/** All that is held. */
const amountOf = ({ hold }: ShownOrder): string => (hold === null ? '0' : holds.uncaptured(hold));

const TRANSACTIONS: Readonly<
  Record<SettlingStep, (node: Client, key: OrderKey, order: ShownOrder) => Promise<unknown>>
> = {
  settle: ({ express }, key) => express.settle({ ...key, captureId: CAPTURE_ID }),
  compare: ({ orderNumber }, key) => orderNumber.compare(key),
  compareOrder: ({ alarm }, key) => alarm.compareOrder(key),
  capture: ({ settlement }, key, order) =>
    settlement.capture({ ...key, captureId: CAPTURE_ID, amount: amountOf(order) }),
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
