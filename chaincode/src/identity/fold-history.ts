// SPDX-License-Identifier: Apache-2.0
// Unit 7: folds entries of a customer's history into its reputation and removes them. So none counts twice, and the range
// stays small.
import { addToHistory, NO_HISTORY, scoreOf, type ReputationRow } from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { policyRow } from '../shared/rows.js';

/** The most entries folded at once, penalties first. The rest wait for the next login. */
const FOLD_LIMIT = 200;

/** @returns the customer's reputation now. */
export async function foldHistory(call: Call, customerId: string): Promise<ReputationRow> {
  const before = await call.store.get('reputation', customerId);
  const entries = await call.store.range('history', [customerId], FOLD_LIMIT);
  const totals = addToHistory(
    before?.totals ?? NO_HISTORY,
    entries.map((entry) => entry.value.kind),
  );
  for (const { key, value } of entries) {
    call.store.remove(key);
    if (value.purchase !== undefined) call.store.put('purchase', value.purchase);
  }
  const score = scoreOf(totals, (await policyRow(call)).reputation);
  const after = { customerId, totals, score };
  if (entries.length > 0 || before === undefined) call.store.put('reputation', after);
  return after;
}
