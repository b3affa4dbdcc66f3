// SPDX-License-Identifier: Apache-2.0
// How a fee is divided between the courier who carried the goods and the company.
import { toAmount, toUnits, type Amount } from '@fabric-offline-pay/domain';

/** The whole, in basis points. */
export const WHOLE_SHARE = 10_000;

export interface DividedFee {
  readonly courier: Amount;
  readonly company: Amount;
}

/**
 * Nothing is lost by rounding: the courier's part is rounded down to minor units, and the company gets the rest.
 * @param basisPoints the courier's part of the fee, 0 … 10,000
 */
export function divideFee(fee: Amount, basisPoints: number): DividedFee {
  const courier = (toUnits(fee) * BigInt(basisPoints)) / BigInt(WHOLE_SHARE);
  return { courier: toAmount(courier), company: toAmount(toUnits(fee) - courier) };
}
