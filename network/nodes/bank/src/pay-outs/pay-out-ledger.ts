// SPDX-License-Identifier: Apache-2.0
// The part of the ledger that pay-outs use. The bank's node rolls up as `bank-node`, and redeems as a teller what a payee requested.
import type { Client } from '@fabric-offline-pay/sdk';
import { refusalCode } from '@fabric-offline-pay/node-common/client';
import type { PayeeMoney, PayOutKey } from './keys.js';

/** Why the ledger does not redeem now. Later it may: the payee earns, its debts are paid, disputes end, or it has its bank again. */
const REFUSALS = ['PAYEE_FUNDS_INSUFFICIENT', 'PAYEE_IN_DEBT', 'NOT_OWNER'] as const;

export type RedeemRefusal = (typeof REFUSALS)[number];

export interface PayOutLedger {
  /** Puts what the payee has earned until now into its balance, and pays its debts. Writes nothing when there is nothing to do. */
  rollUp(payee: PayeeMoney): Promise<void>;
  /** Also when it was redeemed before, by whomever. @returns why it was not redeemed, or undefined when it was */
  redeem(payOut: PayOutKey & { readonly amount: string }): Promise<RedeemRefusal | undefined>;
}

export interface PayOutClients {
  /** A certificate of role `bank-node`. */
  readonly bankNode: Client;
  /** A certificate of role `teller` that only the bank's node has. */
  readonly teller: Client;
}

export const payOutLedger = ({ bankNode, teller }: PayOutClients): PayOutLedger => ({
  async rollUp(payee) {
    const { balance, owed, open, now: until } = await bankNode.settlement.readPayee(payee);
    const isDue = open !== '0' || (owed !== '0' && balance !== '0');
    for (let isDone = !isDue; !isDone;)
      isDone = (await bankNode.settlement.rollUp({ ...payee, until })).result.done;
  },
  async redeem(payOut) {
    try {
      await teller.settlement.redeem(payOut);
      return undefined;
    } catch (error) {
      const refusal = REFUSALS.find((code) => code === refusalCode(error));
      if (refusal === undefined) throw error;
      return refusal;
    }
  },
});
