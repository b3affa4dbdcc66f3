// SPDX-License-Identifier: Apache-2.0
// Rolls up a payee, so that a refund or a redemption can take money from its balance.
import type { Client } from '@fabric-offline-pay/sdk';

export interface Payee {
  readonly payeeId: string;
  readonly currency: string;
}

/** The balance that can be refunded or redeemed, and the transaction that made it. */
export interface RolledUp {
  /** Minor units. */
  readonly balance: string;
  /** Seconds since 1970. Entries up to this time are in the balance. */
  readonly until: number;
  readonly blockNumber: bigint;
  readonly transactionId: string;
}

/** Rolls up all credit entries of the payee until now. */
export async function rollUpPayee(bankNode: Client, payee: Payee): Promise<RolledUp> {
  const { now: until } = await bankNode.settlement.readPayee(payee);
  for (;;) {
    const rolled = await bankNode.settlement.rollUp({ ...payee, until });
    const { result, blockNumber, transactionId } = rolled;
    if (result.done) return { balance: result.balance, until, blockNumber, transactionId };
  }
}
