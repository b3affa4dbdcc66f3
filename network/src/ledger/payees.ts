// SPDX-License-Identifier: Apache-2.0
// Closing a payee's epochs and rolling them up: before a refund or a redemption can take money out of its balance.
import type { Client } from '@fabric-offline-pay/sdk';

export interface Payee {
  readonly payeeId: string;
  readonly currency: string;
}

async function rollUpEpoch(bankNode: Client, payee: Payee, epoch: number): Promise<bigint> {
  for (;;) {
    const { result, blockNumber } = await bankNode.settlement.rollUp({ ...payee, epoch });
    if (result.done) return blockNumber;
  }
}

/** What can be refunded or redeemed, and the block that made it so. */
export interface RolledUp {
  /** Minor units. */
  readonly balance: string;
  /** The first open epoch. */
  readonly epoch: number;
  readonly blockNumber: bigint;
}

/** Closes the payee's current epoch and rolls up every closed one. */
export async function rollUpPayee(bankNode: Client, payee: Payee): Promise<RolledUp> {
  const { epoch, rolledUpTo } = await bankNode.settlement.readPayee(payee);
  const closed = await bankNode.settlement.closeEpoch({ ...payee, epoch });
  let { blockNumber } = closed;
  for (let next = rolledUpTo; next < closed.result.epoch; next += 1)
    blockNumber = await rollUpEpoch(bankNode, payee, next);
  const { balance } = await bankNode.settlement.readPayee(payee);
  return { balance, epoch: closed.result.epoch, blockNumber };
}
