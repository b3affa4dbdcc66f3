// SPDX-License-Identifier: Apache-2.0
// Documents may name people, so they are kept no longer than a decision can be questioned. The digests stay.
import type { JobKind } from '@fabric-offline-pay/node-common/node';
import type { EvidenceContext } from './evidence.js';

const DAY = 24 * 3_600;

/** From the decision on. */
const KEPT_SECONDS = 180 * DAY;

export const forgetEvidenceJob = ({ db, clock }: EvidenceContext): JobKind => ({
  name: 'forget-evidence',
  schedule: '41 3 * * *',
  run: async () => {
    const decided = await db
      .selectFrom('followed_disputes')
      .select(['merchant_id', 'order_number', 'dispute_id'])
      .where('decided_at', '<', Math.floor(clock() / 1000) - KEPT_SECONDS)
      .execute();
    for (const { merchant_id, order_number, dispute_id } of decided)
      await db
        .updateTable('evidence')
        .set({ document: '' })
        .where('merchant_id', '=', merchant_id)
        .where('order_number', '=', order_number)
        .where('dispute_id', '=', dispute_id)
        .where('document', '<>', '')
        .execute();
  },
});
