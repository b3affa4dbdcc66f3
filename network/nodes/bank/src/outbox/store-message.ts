// SPDX-License-Identifier: Apache-2.0
// Rows of the outbox: written before anything is sent, ended by what became of the message.
import { addRows } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';
import type { BankDatabase, BankTables } from '../database/schema.js';
import { mailIdOf } from '../messages/message-ids.js';
import type { Language } from '../messages/language.js';
import type { MessageOutcome, MessageTable } from '../messages/tables.js';

type About = Pick<
  MessageTable,
  'merchant_id' | 'order_number' | 'currency' | 'amount' | 'reason' | 'change_id' | 'wait_seconds'
>;

type Required = Pick<
  MessageTable,
  'message_id' | 'customer_id' | 'kind' | 'happened_at' | 'expires_at'
>;

/** A message to be stored; what it is not about may be left out. */
export type NewMessage = Required &
  Partial<About & Pick<MessageTable, 'resume_at' | 'ended_at' | 'outcome'>>;

const insert = async (
  db: Kysely<BankTables>,
  row: NewMessage & Pick<MessageTable, 'channel'>,
): Promise<boolean> => {
  const inserted = await db
    .insertInto('messages')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('message_id')
    .executeTakeFirst();
  return inserted !== undefined;
};

/** Stores a message by SMS once, in the transaction that has its reason. @returns whether it is new. */
export const storeMessage = (db: BankDatabase, message: NewMessage): Promise<boolean> =>
  insert(db, { ...message, channel: 'sms' });

/** Several, all with the same fields. @returns the ids of those that are new */
export const storeMessages = (
  db: BankDatabase,
  channel: MessageTable['channel'],
  messages: readonly NewMessage[],
): Promise<string[]> =>
  addRows(
    db,
    'messages',
    messages.map((message) => ({ ...message, channel })),
    'message_id',
  );

/** The same for a copy by mail. @returns its id when it is new. */
export async function storeMail(
  db: BankDatabase,
  message: NewMessage,
): Promise<string | undefined> {
  const message_id = mailIdOf(message.message_id);
  const isNew = await insert(db, { ...message, message_id, channel: 'mail' });
  return isNew ? message_id : undefined;
}

/** @returns the language of a message: that of its first sending, so that the parts of a repetition belong to the same text. */
export async function fixLanguage(
  db: BankDatabase,
  id: string,
  language: Language,
): Promise<Language> {
  const row = await db
    .updateTable('messages')
    .set((of) => ({ language: of.fn.coalesce('language', of.val(language)) }))
    .where('message_id', '=', id)
    .returning('language')
    .executeTakeFirstOrThrow();
  return row.language ?? language;
}

/** What became of a message, and when. */
export interface Ending {
  readonly at: number;
  readonly outcome: MessageOutcome;
}

/** @returns whether the deliverer has said of all parts what became of them, and what. */
async function receiptOf(
  db: BankDatabase,
  id: string,
): Promise<'delivered' | 'failed' | undefined> {
  const parts = await db
    .selectFrom('message_parts')
    .select('state')
    .where('message_id', '=', id)
    .execute();
  if (parts.length === 0 || parts.some(({ state }) => state === null)) return undefined;
  return parts.some(({ state }) => state === 'failed') ? 'failed' : 'delivered';
}

/** Writes what the receipts of a sent message say, once all have come. Locked, so that the last receipt and the end of the sending do not miss each other. */
export async function settleReceipts(db: BankDatabase, id: string): Promise<void> {
  const message = await db
    .selectFrom('messages')
    .select('outcome')
    .where('message_id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (message?.outcome !== 'sent') return;
  const outcome = await receiptOf(db, id);
  if (outcome !== undefined)
    await db.updateTable('messages').set({ outcome }).where('message_id', '=', id).execute();
}

/** Ends a message. */
export const endMessage = (db: BankDatabase, id: string, { at, outcome }: Ending): Promise<void> =>
  db.transaction().execute(async (transaction) => {
    await transaction
      .updateTable('messages')
      .set({ ended_at: at, outcome, resume_at: null })
      .where('message_id', '=', id)
      .execute();
    if (outcome === 'sent') await settleReceipts(transaction, id);
  });
