// SPDX-License-Identifier: Apache-2.0
// Follows the ledger, and sends what customers are to be told.
import type { Work, WorkParts } from '@fabric-offline-pay/node-common/node';
import type { BankTables } from '../database/schema.js';
import type { TellCustomer } from '../funding/funding-context.js';
import { mailIdOf, otherMessageId } from '../messages/message-ids.js';
import { expiryOf } from '../outbox/send-now.js';
import { storeMessages } from '../outbox/store-message.js';
import { OrderNotices, type NoteMessages } from './order-notices.js';
import { resumeMessagesJob, type AskToSend } from './resume-messages.js';
import { sendNoticeJobs, type NoticesContext } from './send-notice.js';

/** With a copy by mail where the bank sends mails. Each is a message of its own, so that neither waits for the other. */
const noting =
  ({ mail }: NoticesContext, ask: AskToSend): NoteMessages =>
  async (transaction, messages) => {
    const copies = messages.map((each) => ({ ...each, message_id: mailIdOf(each.message_id) }));
    for (const id of await storeMessages(transaction, 'sms', messages))
      await ask(transaction, 'sms', id);
    if (mail === undefined) return;
    for (const id of await storeMessages(transaction, 'mail', copies))
      await ask(transaction, 'mail', id);
  };

/** The message of a funding's news, once. */
const telling =
  ({ clock }: NoticesContext, note: NoteMessages): TellCustomer =>
  (transaction, { merchantId, orderNumber, customerId, kind, about, ...facts }) => {
    const now = clock();
    return note(transaction, [
      {
        message_id: otherMessageId(merchantId, orderNumber, kind, about),
        ...{ customer_id: customerId, kind, merchant_id: merchantId, order_number: orderNumber },
        ...facts,
        ...{ happened_at: now, expires_at: expiryOf(now) },
      },
    ]);
  };

/** The work, and how fundings tell their customers. */
export interface NoticeWork extends WorkParts<BankTables> {
  readonly tell: TellCustomer;
}

/** @param bankId whose customers are told */
export function noticeWork(
  context: NoticesContext,
  work: Pick<Work<BankTables>, 'ask'>,
  bankId: string,
): NoticeWork {
  const kinds = sendNoticeJobs(context);
  const ask: AskToSend = (transaction, channel, messageId) =>
    work.ask(transaction, kinds[channel], messageId, { messageId });
  const note = noting(context, ask);
  return {
    projections: [new OrderNotices(bankId, note)],
    jobs: [kinds.sms, kinds.mail, resumeMessagesJob(context, ask)],
    tell: telling(context, note),
  };
}
