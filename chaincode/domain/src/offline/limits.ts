// SPDX-License-Identifier: Apache-2.0
// Unit 7 for offline payments: what a customer may have reserved, by the policy and its reputation.
import { limitsFor, share, type Standing } from '../identity/reputation.js';
import type { OfflineCaps } from '../ledger/offline-rows.js';
import type { Policy } from '../policy/policy.js';

/**
 * @returns the policy's caps scaled by the class of the score, or undefined when nothing may be paid offline: the policy
 * has no caps in this currency, the caps scale down to nothing, or the customer has spent twice before.
 */
export function offlineLimits(
  { offline, reputation }: Pick<Policy, 'offline' | 'reputation'>,
  standing: Standing,
  currency: string,
): OfflineCaps | undefined {
  const caps = Object.hasOwn(offline.caps, currency) ? offline.caps[currency] : undefined;
  if (caps === undefined || standing.totals.doubleSpend > 0) return undefined;
  const { percent } = limitsFor(standing.score, reputation);
  const limits = {
    perPayment: share(caps.perPayment, percent),
    total: share(caps.total, percent),
  };
  return limits.perPayment === '0' || limits.total === '0' ? undefined : limits;
}
