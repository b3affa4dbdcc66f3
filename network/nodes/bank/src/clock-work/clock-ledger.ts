// SPDX-License-Identifier: Apache-2.0
// The part of the ledger that the clock's work uses.
import type { OrderKey } from '@fabric-offline-pay/domain';
import { ifFound, type Client } from '@fabric-offline-pay/sdk';
import type { ShownOrder } from '../settling/settling-ledger.js';

/** What ends an order's money by time. */
export type OrderEnd = 'expire' | 'release' | 'returnUndelivered';

export interface PayeeKey {
  readonly payeeId: string;
  readonly currency: string;
}

export interface ReserveKey {
  readonly customerId: string;
  readonly deviceId: string;
  readonly epoch: number;
}

/** Every method that writes throws a refusal with its code, or an error when the ledger did not answer. */
export interface ClockLedger {
  /** @returns undefined when there is no such order. */
  readOrder(key: OrderKey): Promise<ShownOrder | undefined>;
  end(end: OrderEnd, key: OrderKey): Promise<void>;
  lapseDispute(key: OrderKey, disputeId: string): Promise<void>;
  /** Rolls up all credit entries but those of the last moments, which new ones would conflict with. */
  rollUp(payee: PayeeKey): Promise<void>;
  bearDebt(payee: PayeeKey, orderNumber: string): Promise<void>;
  closeReserve(reserve: ReserveKey): Promise<void>;
}

/** Longer than clocks may differ: nothing is written with an earlier time any more. */
const MOMENTS = 120;

async function rollUp({ settlement }: Client, payee: PayeeKey): Promise<void> {
  const { now } = await settlement.readPayee(payee);
  let isDone = false;
  while (!isDone) {
    const { result } = await settlement.rollUp({ ...payee, until: now - MOMENTS });
    isDone = result.done;
  }
}

/** @param node a client with a certificate of role `bank-node` */
export const clockLedger = (node: Client): ClockLedger => ({
  readOrder: (key) => ifFound(node.orderNumber.readOrder(key)),
  async end(end, key) {
    await node.settlement[end](key);
  },
  async lapseDispute(key, disputeId) {
    await node.settlement.lapseDispute({ ...key, disputeId });
  },
  rollUp: (payee) => rollUp(node, payee),
  async bearDebt(payee, orderNumber) {
    await node.settlement.bearDebt({ ...payee, orderNumber });
  },
  async closeReserve(reserve) {
    await node.offline.closeReserve(reserve);
  },
});
