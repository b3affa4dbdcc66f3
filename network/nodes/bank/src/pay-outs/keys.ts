// SPDX-License-Identifier: Apache-2.0
// Names of a pay-out on the ledger and at the host, each made from payee, currency and the payee's own id of the redemption.

/** A payee's money in one currency. */
export interface PayeeMoney {
  readonly payeeId: string;
  /** ISO 4217. */
  readonly currency: string;
}

/** One pay-out: the natural key on the ledger. */
export interface PayOutKey extends PayeeMoney {
  readonly redeemId: string;
}

/**
 * Of the request at the host.
 * @param attempt from 1. A refusal under a key is final, and nothing was paid: what is tried after it has a key of its own.
 */
export const hostKeyOf = ({ payeeId, currency, redeemId }: PayOutKey, attempt: number): string =>
  ['payout', payeeId, currency, redeemId, ...(attempt > 1 ? [attempt] : [])].join('/');

/**
 * @param supplyId `payee~id`: under which the ledger keeps what the bank took back. No identifier contains `~`.
 * @returns payee and id of the redemption
 */
export function redemptionOf(supplyId: string): Omit<PayOutKey, 'currency'> {
  const [payeeId = '', redeemId = ''] = supplyId.split('~');
  return { payeeId, redeemId };
}
