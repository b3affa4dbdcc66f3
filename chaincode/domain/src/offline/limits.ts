// SPDX-License-Identifier: Apache-2.0
// Unit 7 for offline payments: how much a customer may reserve, by the policy and the customer's reputation.
import type { Currency } from '../base/money.js';
import { limitsFor, share, type Standing } from '../identity/reputation.js';
import type { OfflineCaps } from '../ledger/offline-rows.js';
import type { OfflinePolicy, Policy } from '../policy/policy.js';

/** @returns the policy's caps for a currency, or undefined when nothing may be paid offline in it. */
export const capsOf = (
  { caps }: Pick<OfflinePolicy, 'caps'>,
  currency: Currency,
): OfflineCaps | undefined => (Object.hasOwn(caps, currency) ? caps[currency] : undefined);

/**
 * @returns the policy's caps, scaled by the class of the score. Undefined when nothing may be paid offline: the policy has
 * no caps in this currency, the caps scale down to zero, or the customer has spent twice before.
 */
export function offlineLimits(
  { offline, reputation }: Pick<Policy, 'offline' | 'reputation'>,
  standing: Standing,
  currency: Currency,
): OfflineCaps | undefined {
  const caps = capsOf(offline, currency);
  if (caps === undefined || standing.totals.doubleSpend > 0) return undefined;
  const { percent } = limitsFor(standing.score, reputation);
  const limits = {
    perPayment: share(caps.perPayment, percent),
    total: share(caps.total, percent),
  };
  return limits.perPayment === '0' || limits.total === '0' ? undefined : limits;
}
