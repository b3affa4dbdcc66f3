// SPDX-License-Identifier: Apache-2.0
// The end of an issuer: it grants nothing new, while what it granted before runs out. A key that may be in other hands is
// believed no more: it can certify devices that no bank funded.
import type { IssuerRetirement, RegisteredIssuerRow } from '../ledger/offline-rows.js';
import type { RegistryRow } from '../ledger/rows.js';

/** @returns whether the issuer was retired so already, or more strictly. */
export const isRetiredSo = (
  retired: IssuerRetirement | null,
  compromised: boolean,
): retired is IssuerRetirement => retired !== null && (retired.compromised || !compromised);

/**
 * @returns until when what the issuer signed still counts.
 * @param before of an issuer that was retired, and whose key then turned out to be in other hands
 * @param registry the policy in force, and the longest time to spend of those before: a certificate keeps what it was granted
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
