// SPDX-License-Identifier: Apache-2.0
// The end of an issuer: it grants nothing new, while what it granted before runs out. A key that may be in other hands is
// believed no more: it can certify devices that no bank funded.
import type { IssuerRetirement, RegisteredIssuerRow } from '../ledger/offline-rows.js';
import type { OfflinePolicy } from '../policy/policy.js';

/** @returns whether the issuer was retired so already, or more strictly. */
export const isRetiredSo = (
  retired: IssuerRetirement | null,
  compromised: boolean,
): retired is IssuerRetirement => retired !== null && (retired.compromised || !compromised);

/** @param before of an issuer that was retired, and whose key then turned out to be in other hands */
export const retirementOf = (
  before: IssuerRetirement | null,
  compromised: boolean,
  { spendSeconds, clockToleranceSeconds }: OfflinePolicy,
  now: number,
): IssuerRetirement => ({
  at: before?.at ?? now,
  compromised,
  trustedUntil: compromised ? now : now + spendSeconds + clockToleranceSeconds,
});

/** Whether a terminal may believe device certificates and bulletins of the issuer. */
export const isTrustedIssuer = (
  { retired }: Pick<RegisteredIssuerRow, 'retired'>,
  now: number,
): boolean => retired === null || (!retired.compromised && now <= retired.trustedUntil);
