// SPDX-License-Identifier: Apache-2.0
// What the model of an order is made of: how it was made, which times hold, and where its money goes.
import type { Entry } from './standing-model.js';

/** Where money of an order goes when a step is done. */
export interface Movement {
  readonly customer?: bigint;
  readonly merchant?: bigint;
  readonly logistics?: bigint;
  /** Out of the merchant's balance, which has it. */
  readonly debit?: bigint;
  /** To the customer, out of the merchant's balance as far as that goes; the merchant owes the rest. */
  readonly claim?: bigint;
  /** What the merchant's balance keeps back from now on, or no longer (below zero). */
  readonly withhold?: bigint;
  /** What the customer's history gets, about the order or about one of its disputes. */
  readonly entry?: Entry;
  readonly about?: string;
  /** Money goes back, so that a success is none any more. */
  readonly takesSuccessBack?: boolean;
}

export interface NewOrder {
  readonly merchantId: string;
  readonly logisticsId: string;
  readonly orderNumber: string;
  readonly customerId: string;
  readonly total: bigint;
  readonly fee: bigint;
  readonly expiresAt: number;
  readonly release: 'match' | 'delivery';
  readonly way: 'stepwise' | 'express';
  /** The logistics company's statement differs: comparing ends in an alarm, and nothing counts against the customer. */
  readonly faulty: boolean;
}

/** What the policy says of times, and of disputes that nobody decides. */
export interface Times {
  readonly deliverySeconds: number;
  readonly unprovenSeconds: number;
  readonly disputeSeconds: number;
  readonly decisionSeconds: number;
  readonly debtSeconds: number;
  readonly voteSeconds: number;
  readonly undecided: 'uphold' | 'reject';
}

export interface Dispute {
  readonly id: string;
  readonly from: string;
  readonly openedAt: number;
  readonly withheld: bigint;
}
