// SPDX-License-Identifier: Apache-2.0
// Disputes against the organisation's merchants, those whose evidence is due first.
import { readDispute, type DisputeFile, type EvidenceContext } from './evidence.js';
import type { DisputeOutcome } from '../database/schema.js';
import { reachedMerchants, type Reach } from '../reached-merchants.js';

export async function listDisputes(
  context: EvidenceContext & Reach,
  { outcome, limit }: { readonly outcome: DisputeOutcome; readonly limit: number },
): Promise<DisputeFile[]> {
  const rows = await context.db
    .selectFrom('followed_disputes')
    .select(['merchant_id', 'order_number', 'dispute_id'])
    .where('merchant_id', 'in', reachedMerchants(context))
    .where('outcome', '=', outcome)
    .orderBy('opened_at')
    .orderBy('order_number')
    .limit(limit)
    .execute();
  const disputes: DisputeFile[] = [];
  for (const { merchant_id: merchantId, order_number: orderNumber, dispute_id: disputeId } of rows)
    disputes.push(await readDispute(context, { merchantId, orderNumber, disputeId }));
  return disputes;
}
