// SPDX-License-Identifier: Apache-2.0
// The part of the ledger that automatic deduction uses. The bank's node issues as a teller: above the policy's sum a second person
// confirms, as for any teller.
import type { OrderKey, OutputOf } from '@fabric-offline-pay/domain';
import type { Client } from '@fabric-offline-pay/sdk';
import { refusalCode } from '@fabric-offline-pay/node-common/client';

/** Money that comes from or goes to an instrument. */
export interface InstrumentMoney {
  readonly customerId: string;
  readonly token: string;
  readonly currency: string;
  readonly amount: string;
}

export interface FundingLedger {
  /** Minor units; `0` for a customer without an account. */
  readAvailable(customerId: string, currency: string): Promise<string>;
  /** @returns undefined when there is no such order. */
  readOrder(key: OrderKey): Promise<OutputOf<'orderNumber', 'readOrder'> | undefined>;
  /** @returns false while a second person must confirm it. */
  issue(issueId: string, money: InstrumentMoney): Promise<boolean>;
  /** @returns false when the account does not hold the amount any more. */
  withdraw(withdrawId: string, money: InstrumentMoney): Promise<boolean>;
}

const is = (error: unknown, code: string): boolean => refusalCode(error) === code;

/**
 * A repeated issue is answered as it was first: proposed. Whether a second person confirmed it meanwhile, its confirmation says, which
 * is answered to everybody as a repetition; before that, the person who proposed is refused.
 */
async function isConfirmed(
  teller: Client,
  asked: InstrumentMoney & { readonly issueId: string },
): Promise<boolean> {
  try {
    const { result } = await teller.settlement.confirmIssue(asked);
    return result.state === 'issued';
  } catch (error) {
    if (is(error, 'SECOND_TELLER_REQUIRED')) return false;
    throw error;
  }
}

/** @param teller a client with a certificate of role `teller` that only the bank's node has */
export const fundingLedger = (teller: Client): FundingLedger => ({
  async readAvailable(customerId, currency) {
    return (await teller.settlement.readAccount({ customerId, currency })).available;
  },
  async readOrder(key) {
    try {
      return await teller.orderNumber.readOrder(key);
    } catch (error) {
      if (is(error, 'NOT_FOUND')) return undefined;
      throw error;
    }
  },
  async issue(issueId, money) {
    const asked = { issueId, ...money };
    const { result } = await teller.settlement.issue(asked);
    return result.state === 'issued' || isConfirmed(teller, asked);
  },
  async withdraw(withdrawId, money) {
    try {
      await teller.settlement.withdraw({ withdrawId, ...money });
      return true;
    } catch (error) {
      if (is(error, 'INSUFFICIENT_FUNDS')) return false;
      throw error;
    }
  },
});
