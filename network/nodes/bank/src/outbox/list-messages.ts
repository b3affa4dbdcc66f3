// SPDX-License-Identifier: Apache-2.0
// Unit 20: a customer reads the bank's messages again; never one with a code.
import { toInstant } from '../clock.js';
import type { BankContext } from '../context.js';
import type { MessageKind } from '../messages/kinds.js';
import { DEFAULT_LANGUAGE, type Language } from '../messages/language.js';
import type { MessageOutcome, MessageTable } from '../messages/tables.js';
import { textOfRow } from './text-of-row.js';

/** Which messages of a customer, newest first. */
export interface MessagePage {
  readonly limit: number;
  /** The last `messageId` of the page before. */
  readonly after?: string | undefined;
}

/** One message. `at` in seconds since 1970. */
export interface MessageRecord {
  readonly messageId: string;
  readonly kind: MessageKind;
  readonly at: number;
  /** Null while it is under way. */
  readonly outcome: MessageOutcome | null;
  /** In the language in which it was sent; null for a message with a code. */
  readonly text: string | null;
}

const languageOf = async ({ db }: Pick<BankContext, 'db'>, customerId: string): Promise<Language> =>
  (
    await db
      .selectFrom('customers')
      .select('language')
      .where('customer_id', '=', customerId)
      .executeTakeFirst()
  )?.language ?? DEFAULT_LANGUAGE;

/** Copies by mail say the same and are left out. */
const readPage = (
  { db }: Pick<BankContext, 'db'>,
  customerId: string,
  { limit, after }: MessagePage,
): Promise<MessageTable[]> => {
  const all = db
    .selectFrom('messages')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('channel', '=', 'sms')
    .orderBy('happened_at', 'desc')
    .orderBy('message_id', 'desc')
    .limit(limit);
  if (after === undefined) return all.execute();
  return all
    .where((of) =>
      of(
        of.refTuple('happened_at', 'message_id'),
        '<',
        of
          .selectFrom('messages')
          .select(['messages.happened_at', 'messages.message_id'])
          .where('messages.message_id', '=', after)
          .where('messages.customer_id', '=', customerId)
          .$asTuple('happened_at', 'message_id'),
      ),
    )
    .execute();
};

/** @returns a page of the customer's messages; empty for an unknown `after` or one of another customer. */
export async function listMessages(
  context: Pick<BankContext, 'db'>,
  customerId: string,
  page: MessagePage,
): Promise<MessageRecord[]> {
  const [rows, own] = [
    await readPage(context, customerId, page),
    await languageOf(context, customerId),
  ];
  const records: MessageRecord[] = [];
  for (const row of rows) {
    const { message_id: messageId, kind, outcome } = row;
    const text = await textOfRow(context.db, row, row.language ?? own);
    records.push({ messageId, kind, at: toInstant(row.happened_at), outcome, text });
  }
  return records;
}
