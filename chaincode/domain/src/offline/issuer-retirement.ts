// SPDX-License-Identifier: Apache-2.0
// The end of an issuer. It grants nothing new, and what it granted before runs out. A compromised key is not believed any
// more, because it can certify devices that no bank funded.
import type { IssuerRetirement, RegisteredIssuerRow } from '../ledger/offline-rows.js';
import type { RegistryRow } from '../ledger/rows.js';

/** @returns whether the issuer is already retired in this way, or more strictly. */
export const isRetiredSo = (
  retired: IssuerRetirement | null,
  compromised: boolean,
): retired is IssuerRetirement => retired !== null && (retired.compromised || !compromised);

/**
 * @returns the retirement, with the time until which the issuer's signatures still count.
 * @param before the earlier retirement, when the key was found to be compromised afterwards
 * @param registry the current policy, and the longest time to spend of earlier ones, which older certificates keep
 */
export const retirementOf = (
  before: IssuerRetirement | null,
  compromised: boolean,
  { policy, longestSpendSeconds = 0 }: Pick<RegistryRow, 'policy' | 'longestSpendSeconds'>,
  now: number,
): IssuerRetirement => {
  const { spendSeconds, clockToleranceSeconds } = policy.offline;
  const spends = Math.max(spendSeconds, longestSpendSeconds);
  return {
    at: before?.at ?? now,
    compromised,
    trustedUntil: compromised ? now : now + spends + clockToleranceSeconds,
  };
};

/** Whether a terminal may believe device certificates and bulletins of the issuer. */
export const isTrustedIssuer = (
  { retired }: Pick<RegisteredIssuerRow, 'retired'>,
  now: number,
): boolean => retired === null || (!retired.compromised && now <= retired.trustedUntil);
