// SPDX-License-Identifier: Apache-2.0
// Sends a stored message within the call that has its reason, where the caller must know whether it was sent.
import { BankError } from '../bank-error.js';
import type { BankContext } from '../context.js';
import type { BankDatabase } from '../database/schema.js';
import { TREATMENT } from '../messages/kinds.js';
import type { Language } from '../messages/language.js';
import { Undeliverable } from '@fabric-offline-pay/node-common/node';
import { countOrEnd, type CountingContext } from './count-message.js';
import {
  endMessage,
  fixLanguage,
  storeMail,
  storeMessage,
  type NewMessage,
} from './store-message.js';
import { textOfRow } from './text-of-row.js';

export type SendingContext = Pick<BankContext, 'db' | 'messages' | 'mail' | 'clock'>;

type CountedContext = SendingContext & CountingContext;

/** A telephone, null when there is none, and the language of its customer. */
export interface Recipient {
  readonly phone: string | null;
  readonly language: Language;
}

/** How long a job leaves a message to its caller. */
const LEFT_TO_CALLER_MS = 60_000;

/** Long enough for a bank's telephone lines to open again. */
const LIFE_MS = 24 * 3_600_000;

/** @returns when a message that tells of this moment is no news any more, milliseconds since 1970. */
export const expiryOf = (happenedAt: number): number => happenedAt + LIFE_MS;

/**
 * Stores a message, and its copy by mail where the bank sends mails. A job takes up later what its caller did not send, if its kind is
 * sent by jobs.
 */
export async function storeForCaller(
  db: BankDatabase,
  { mail, clock }: Pick<SendingContext, 'mail' | 'clock'>,
  message: NewMessage,
): Promise<void> {
  const now = clock();
  await storeMessage(db, { ...message, resume_at: now + LEFT_TO_CALLER_MS });
  if (mail !== undefined) await storeMail(db, { ...message, resume_at: now });
}

const wasSent = async (db: BankDatabase, id: string): Promise<boolean> => {
  const row = await db
    .selectFrom('messages')
    .select('outcome')
    .where('message_id', '=', id)
    .executeTakeFirstOrThrow();
  return row.outcome === 'sent' || row.outcome === 'delivered';
};

export interface Dispatch {
  readonly id: string;
  readonly to: string;
  readonly text: string;
  readonly validUntil: number;
}

/** Hands a stored message to the deliverer and notes the outcome. @throws what the deliverer throws; only {@link Undeliverable} ends it. */
export async function dispatch(
  { db, messages, clock }: SendingContext,
  { id, ...message }: Dispatch,
): Promise<void> {
  try {
    await messages.send({ channel: 'sms', id, ...message });
  } catch (error) {
    if (error instanceof Undeliverable)
      await endMessage(db, id, { at: clock(), outcome: 'failed' });
    throw error;
  }
  await endMessage(db, id, { at: clock(), outcome: 'sent' });
}

/**
 * Sends a message that {@link storeForCaller} stored. What was sent before is not sent again, and what is over the cap is not sent.
 * @throws {BankError} MESSAGE_NOT_SENT; TOO_MANY_MESSAGES when it must be told and is over the cap.
 */
export async function sendStored(
  context: CountedContext,
  { phone, language: wished }: Recipient,
  message: NewMessage,
): Promise<void> {
  const { db, clock } = context;
  const id = message.message_id;
  if (await wasSent(db, id)) return;
  if (phone === null) return endMessage(db, id, { at: clock(), outcome: 'nowhere' });
  if (!(await countOrEnd(context, message, phone))) {
    if (TREATMENT[message.kind].mustBeTold) throw new BankError('TOO_MANY_MESSAGES');
    return;
  }
  const row = { merchant_id: null, order_number: null, currency: null, amount: null, ...message };
  const about = { change_id: null, wait_seconds: null, ...row };
  const language = await fixLanguage(db, id, wished);
  const text = (await textOfRow(db, about, language)) ?? '';
  const to = { id, to: phone, text, validUntil: message.expires_at };
  await dispatch(context, to).catch((error: unknown) => {
    throw new BankError('MESSAGE_NOT_SENT', undefined, error);
  });
}
