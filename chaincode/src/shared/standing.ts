// SPDX-License-Identifier: Apache-2.0
// A customer's standing from the last run of unit 7, or from the policy before the first run.
import { firstStanding, limitsFor, type Limits, type Standing } from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { policyRow } from './rows.js';

export const standingOf = async (call: Call, customerId: string): Promise<Standing> =>
  (await call.store.get('reputation', customerId)) ??
  firstStanding((await policyRow(call)).reputation);

/** The limits of that standing, for payments without a session. */
export async function readLimits(call: Call, customerId: string): Promise<Limits> {
  const { score } = await standingOf(call, customerId);
  return limitsFor(score, (await policyRow(call)).reputation);
}
