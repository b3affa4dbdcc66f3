// SPDX-License-Identifier: Apache-2.0
// The part of the ledger that automatic deduction uses. The bank's node issues as a teller: above the policy's sum a second person
// confirms, as for any teller.
import {
  CLOCK_TOLERANCE_SECONDS,
  type ErrorCode,
  type OrderKey,
  type OutputOf,
} from '@fabric-offline-pay/domain';
import { RefusedError, type Client } from '@fabric-offline-pay/sdk';
import { refusalCode } from '@fabric-offline-pay/node-common/client';

/** Money that comes from or goes to an instrument. */
export interface InstrumentMoney {
  readonly customerId: string;
  readonly token: string;
  readonly currency: string;
  readonly amount: string;
}

/** What became of an issue. `refused`: it does not come about. */
export type IssueAnswer =
  | { readonly state: 'issued' | 'proposed' }
  | {
      readonly state: 'refused';
      readonly reason: ErrorCode;
      /** Seconds since 1970: from then on no clock that the ledger accepts lets it come about after all. */
      readonly finalFrom: number;
    };

export interface FundingLedger {
  /** Minor units; `0` for a customer without an account. */
  readAvailable(customerId: string, currency: string): Promise<string>;
  /** @returns undefined when there is no such order. */
  readOrder(key: OrderKey): Promise<OutputOf<'orderNumber', 'readOrder'> | undefined>;
  /** `proposed` while a second person must confirm it. */
  issue(issueId: string, money: InstrumentMoney): Promise<IssueAnswer>;
  /** @returns false when the account does not hold the amount any more. */
  withdraw(withdrawId: string, money: InstrumentMoney): Promise<boolean>;
}

const is = (error: unknown, code: string): boolean => refusalCode(error) === code;

type Issue = InstrumentMoney & { readonly issueId: string };

/**
 * A repeated issue is answered as it was first: proposed. Whether a second person confirmed it meanwhile, its confirmation says, which
 * is answered to everybody as a repetition; before that, the person who proposed is refused.
 */
async function confirmation(teller: Client, asked: Issue): Promise<IssueAnswer> {
  try {
    const { result } = await teller.settlement.confirmIssue(asked);
    return { state: result.state };
  } catch (error) {
    if (is(error, 'SECOND_TELLER_REQUIRED')) return { state: 'proposed' };
    throw error;
  }
}

async function issueOrConfirm(teller: Client, asked: Issue): Promise<IssueAnswer> {
  const { result } = await teller.settlement.issue(asked);
  return result.state === 'issued' ? { state: 'issued' } : confirmation(teller, asked);
}

/** What a repetition is refused for, too. Any other refusal says something of this node or of the moment, and nothing of the issue. */
const FINAL: readonly ErrorCode[] = [
  ...(['CURRENCY_NOT_ALLOWED', 'INSTRUMENT_UNKNOWN', 'ISSUE_EXPIRED'] as const),
  ...(['NOT_OWNER', 'CUSTOMER_UNKNOWN', 'INPUT_INVALID'] as const),
];

/** Whoever confirms may have a clock that is slow, and whoever learns of the end one that is fast. */
const TOLERANCE = 2 * CLOCK_TOLERANCE_SECONDS;

/** @returns undefined for a failure that passes */
function refusedFor(error: unknown): IssueAnswer | undefined {
  const reason = refusalCode(error);
  if (reason === undefined || !FINAL.includes(reason)) return undefined;
  const until = error instanceof RefusedError ? Number(error.details['until'] ?? 0) : 0;
  return { state: 'refused', reason, finalFrom: until + TOLERANCE };
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
    try {
      return await issueOrConfirm(teller, { issueId, ...money });
    } catch (error) {
      const refused = refusedFor(error);
      if (refused === undefined) throw error;
      return refused;
    }
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
