// SPDX-License-Identifier: Apache-2.0
// Sends one message that was noted. Whoever repeats it after a crash sends the same id again, which makes no second message.
import type { JobData, JobKind } from '@fabric-offline-pay/node-common/node';
import type { BankContext } from '../context.js';
import type { MessageTable, MessageOutcome } from '../database/schema.js';
import { noticeText } from './notice-text.js';

/** A job of one message. */
export const SEND_NOTICE = 'send-notice';

type Context = Pick<BankContext, 'db' | 'messages' | 'clock'>;

/** What happened so long ago is no news: after an outage, customers are not woken by old messages. */
const NO_NEWS_MS = 24 * 3_600_000;

const findMessage = ({ db }: Context, id: string) =>
  db
    .selectFrom('messages')
    .selectAll()
    .where('message_id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst();

async function phoneOf({ db }: Context, customerId: string): Promise<string | null> {
  const customer = await db
    .selectFrom('customers')
    .select('phone')
    .where('customer_id', '=', customerId)
    .executeTakeFirst();
  return customer?.phone ?? null;
}

async function end({ db, clock }: Context, id: string, outcome: MessageOutcome): Promise<void> {
  await db
    .updateTable('messages')
    .set({ ended_at: clock(), outcome })
    .where('message_id', '=', id)
    .execute();
}

async function deliver(context: Context, message: MessageTable): Promise<MessageOutcome> {
  if (context.clock() - message.happened_at > NO_NEWS_MS) return 'expired';
  const to = await phoneOf(context, message.customer_id);
  if (to === null) return 'nowhere';
  const { merchant_id: merchantId, order_number: orderNumber, currency, amount } = message;
  const subject = { merchantId, orderNumber, currency: currency ?? '', amount };
  const text = noticeText(message.kind, subject);
  await context.messages.send({ channel: 'sms', to, text, id: message.message_id });
  return 'sent';
}

/** @throws when the message is not safe with whoever delivers it; then it is tried again. */
export async function sendNotice(context: Context, id: string): Promise<void> {
  const message = await findMessage(context, id);
  if (message !== undefined) await end(context, id, await deliver(context, message));
}

/** @returns the kind of work; its key is the message's id */
export const sendNoticeJob = (context: Context): JobKind => ({
  name: SEND_NOTICE,
  atOnce: 2,
  run: ({ messageId }: JobData) => sendNotice(context, String(messageId)),
});
