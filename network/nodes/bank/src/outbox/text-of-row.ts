// SPDX-License-Identifier: Apache-2.0
// The text of a stored message, made from its row: the outbox keeps facts, no texts.
import type { BankDatabase, Change } from '../database/schema.js';
import { isChangeKind, isCodeKind, isPasskeyKind } from '../messages/kinds.js';
import type { Language } from '../messages/language.js';
import type { MessageTable } from '../messages/tables.js';
import { textOf, type ChangeWords } from '../messages/texts.js';

type Row = Pick<
  MessageTable,
  'kind' | 'merchant_id' | 'order_number' | 'currency' | 'amount' | 'change_id' | 'wait_seconds'
> &
  Partial<Pick<MessageTable, 'reason'>>;

export const wordsOf = ({
  change_id,
  phone,
  password_hash,
}: Pick<Change, 'change_id' | 'phone' | 'password_hash'>): ChangeWords => ({
  changeId: change_id,
  phone,
  hasPassword: password_hash !== null,
});

const findWords = async (db: BankDatabase, changeId: string): Promise<ChangeWords> =>
  wordsOf(
    await db
      .selectFrom('credential_changes')
      .select(['change_id', 'phone', 'password_hash'])
      .where('change_id', '=', changeId)
      .executeTakeFirstOrThrow(),
  );

/** @returns the text; null for a message with a code, which nobody can read again. */
export async function textOfRow(
  db: BankDatabase,
  { kind, ...row }: Row,
  language: Language,
): Promise<string | null> {
  if (isCodeKind(kind)) return null;
  if (isPasskeyKind(kind)) return textOf(kind, language, {});
  if (isChangeKind(kind)) {
    const words = await findWords(db, row.change_id ?? '');
    return textOf(kind, language, { ...words, seconds: row.wait_seconds ?? 0 });
  }
  const { merchant_id, order_number, currency, amount, reason = null } = row;
  const subject = { merchantId: merchant_id ?? '', orderNumber: order_number ?? '' };
  return textOf(kind, language, { ...subject, currency: currency ?? '', amount, reason });
}
