// SPDX-License-Identifier: Apache-2.0
// Where a customer stands by what unit 7 folded last, or by the policy when it folded nothing yet.
import { firstStanding, limitsFor, type Limits, type Standing } from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { policyRow } from './rows.js';

export const standingOf = async (call: Call, customerId: string): Promise<Standing> =>
  (await call.store.get('reputation', customerId)) ??
  firstStanding((await policyRow(call)).reputation);

/** What that allows, for payments that no session stands for. */
export async function limitsOf(call: Call, customerId: string): Promise<Limits> {
  const { score } = await standingOf(call, customerId);
  return limitsFor(score, (await policyRow(call)).reputation);
}
