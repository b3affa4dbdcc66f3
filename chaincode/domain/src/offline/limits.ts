// SPDX-License-Identifier: Apache-2.0
// Unit 7 for offline payments: what a customer may have reserved, by the policy and its reputation.
import { toAmount, toUnits, type Amount } from '../base/money.js';
import { limitsFor } from '../identity/reputation.js';
import type { OfflineCaps, OfflinePolicy } from '../ledger/offline-rows.js';
import type { ReputationRow } from '../ledger/rows.js';

const scaled = (amount: Amount, percent: number): Amount =>
  toAmount((toUnits(amount) * BigInt(percent)) / 100n);

/**
 * @returns the policy's caps scaled by the class of the score, or undefined when nothing may be paid offline: the policy
 * has no caps in this currency, the caps scale down to nothing, or the customer has spent twice before.
 */
export function offlineLimits(
  policy: OfflinePolicy,
  reputation: Pick<ReputationRow, 'score' | 'totals'>,
  currency: string,
): OfflineCaps | undefined {
  const caps = Object.hasOwn(policy.caps, currency) ? policy.caps[currency] : undefined;
  if (caps === undefined || reputation.totals.doubleSpend > 0) return undefined;
  const { percent } = limitsFor(reputation.score);
  const limits = {
    perPayment: scaled(caps.perPayment, percent),
    total: scaled(caps.total, percent),
  };
  return limits.perPayment === '0' || limits.total === '0' ? undefined : limits;
}
