// SPDX-License-Identifier: Apache-2.0
// Closing a payee's epochs and rolling them up: before a refund or a redemption can take money out of its balance.
import type { Client } from '@fabric-offline-pay/sdk';

export interface Payee {
  readonly bankId: string;
  readonly payeeId: string;
  readonly currency: string;
}

async function rollUpEpoch(bankNode: Client, payee: Payee, epoch: number): Promise<void> {
  for (;;) {
    const { result } = await bankNode.settlement.rollUp({ ...payee, epoch });
    if (result.done) return;
  }
}

/**
 * Closes the payee's current epoch and rolls up every closed one.
 * @returns the balance that can be refunded from or redeemed, minor units.
 */
export async function rollUpPayee(bankNode: Client, payee: Payee): Promise<string> {
  const { payeeId, currency } = payee;
  const { epoch, rolledUpTo } = await bankNode.settlement.readPayee({ payeeId, currency });
  const closed = await bankNode.settlement.closeEpoch({ ...payee, epoch });
  for (let next = rolledUpTo; next < closed.result.epoch; next += 1) await rollUpEpoch(bankNode, payee, next);
  return (await bankNode.settlement.readPayee({ payeeId, currency })).balance;
}
