// SPDX-License-Identifier: Apache-2.0
// Sends one stored message. Whoever repeats it after a crash sends the same id again.
import { Undeliverable, type JobData, type JobKind } from '@fabric-offline-pay/node-common/node';
import type { BankContext } from '../context.js';
import { TREATMENT } from '../messages/kinds.js';
import { mailContent } from '../messages/mail-content.js';
import { DEFAULT_LANGUAGE, type Language } from '../messages/language.js';
import { quietUntil } from '../messages/quiet-hours.js';
import type { MessageChannel, MessageOutcome, MessageTable } from '../messages/tables.js';
import { countOrEnd, type CountingContext } from '../outbox/count-message.js';
import { endMessage, fixLanguage } from '../outbox/store-message.js';
import { textOfRow } from '../outbox/text-of-row.js';

export type NoticesContext = Pick<
  BankContext,
  'db' | 'messages' | 'mail' | 'clock' | 'quietHours'
> &
  CountingContext;

const findMessage = ({ db }: NoticesContext, id: string): Promise<MessageTable | undefined> =>
  db
    .selectFrom('messages')
    .selectAll()
    .where('message_id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst();

interface Addresses {
  readonly phone: string | null;
  readonly email: string | null;
  readonly language: Language;
}

const NO_CUSTOMER: Addresses = { phone: null, email: null, language: DEFAULT_LANGUAGE };

const addressesOf = async ({ db }: NoticesContext, customerId: string): Promise<Addresses> =>
  (await db
    .selectFrom('customers')
    .select(['phone', 'email', 'language'])
    .where('customer_id', '=', customerId)
    .executeTakeFirst()) ?? NO_CUSTOMER;

/** @returns until when the message waits, if it does. */
const waitOf = (
  { clock, quietHours }: NoticesContext,
  { kind }: MessageTable,
): number | undefined =>
  quietHours !== undefined && TREATMENT[kind].canWait ? quietUntil(clock(), quietHours) : undefined;

const resumeAt = ({ db }: NoticesContext, { message_id }: MessageTable, at: number) =>
  db.updateTable('messages').set({ resume_at: at }).where('message_id', '=', message_id).execute();

async function sendMail(
  { mail }: NoticesContext,
  { message_id: id }: MessageTable,
  { email, language }: Addresses,
  text: string,
): Promise<MessageOutcome> {
  if (mail === undefined || email === null) return 'nowhere';
  await mail.send({ id, to: email, ...mailContent(language, text) });
  return 'sent';
}

async function sendSms(
  context: NoticesContext,
  message: MessageTable,
  { phone }: Addresses,
  text: string,
): Promise<MessageOutcome> {
  const { message_id: id, expires_at: validUntil } = message;
  if (phone === null) return 'nowhere';
  if (!(await countOrEnd(context, message, phone))) return 'capped';
  await context.messages.send({ channel: 'sms', to: phone, text, id, validUntil });
  return 'sent';
}

const SENDERS = { sms: sendSms, mail: sendMail } as const;

async function deliver(context: NoticesContext, message: MessageTable): Promise<void> {
  const { db, clock } = context;
  const addresses = await addressesOf(context, message.customer_id);
  const language = await fixLanguage(db, message.message_id, addresses.language);
  const to = { ...addresses, language };
  const text = (await textOfRow(db, message, language)) ?? '';
  const outcome = await SENDERS[message.channel](context, message, to, text).catch(
    (error: unknown): MessageOutcome => {
      if (error instanceof Undeliverable) return 'failed';
      throw error;
    },
  );
  await endMessage(db, message.message_id, { at: clock(), outcome });
}

/**
 * Sends a message, or lets it wait for the end of quiet hours. One whose time is over by the clock is not sent; `resumeMessages` ends it when
 * that is sure, and takes it up when the clock was wrong.
 * @throws when the message is not safe with whoever delivers it; then it is tried again.
 */
export async function sendNotice(context: NoticesContext, id: string): Promise<void> {
  const message = await findMessage(context, id);
  if (message === undefined || !isJobs(message)) return;
  const isOver = context.clock() > message.expires_at;
  const wait = isOver ? message.happened_at : waitOf(context, message);
  if (wait === undefined) await deliver(context, message);
  else await resumeAt(context, message, wait);
}

/** Copies by mail are always sent by jobs; a text message whose caller sends it is not. */
const isJobs = ({ channel, kind }: MessageTable): boolean =>
  channel === 'mail' || TREATMENT[kind].sentBy === 'job';

/**
 * A kind of work for each channel: one whose server says nothing holds its own workers until they give up, and not those of the other. A job
 * sends its message by the message's own channel, because a copy by mail that was asked for before waits under the name of the other kind.
 */
const KINDS = {
  sms: { name: 'send-notice', atOnce: 2 },
  mail: { name: 'send-notice-mail', atOnce: 2 },
} as const satisfies Readonly<Record<MessageChannel, Pick<JobKind, 'name' | 'atOnce'>>>;

/** @returns the kinds of work by channel; the key of a job is the message's id */
export function sendNoticeJobs(context: NoticesContext): Readonly<Record<MessageChannel, JobKind>> {
  const run = ({ messageId }: JobData) => sendNotice(context, String(messageId));
  return { sms: { ...KINDS.sms, run }, mail: { ...KINDS.mail, run } };
}
