// SPDX-License-Identifier: Apache-2.0
// Follows the ledger, and sends what customers are to be told.
import type { Work, WorkParts } from '@fabric-offline-pay/node-common/node';
import type { BankContext } from '../context.js';
import type { BankTables } from '../database/schema.js';
import { OrderNotices } from './order-notices.js';
import { sendNoticeJob } from './send-notice.js';

/** @param bankId whose customers are told */
export function noticeWork(
  context: Pick<BankContext, 'db' | 'messages' | 'clock'>,
  work: Pick<Work<BankTables>, 'ask'>,
  bankId: string,
): WorkParts<BankTables> {
  const kind = sendNoticeJob(context);
  const notices = new OrderNotices(bankId, (transaction, messageId) =>
    work.ask(transaction, kind, messageId, { messageId }),
  );
  return { projections: [notices], jobs: [kind] };
}
