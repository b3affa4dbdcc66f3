// SPDX-License-Identifier: Apache-2.0
// What the SMSC has of each message, in the bank's database, and what its receipts say.
import type { BankDatabase } from '../database/schema.js';
import type { PartStore } from '../messages/smpp/smpp-sender.js';
import type { Receipt } from '../messages/smpp/receipt.js';
import { settleReceipts } from './store-message.js';

/** An SMSC may use an id again when long ago it had another message: the last one counts. */
const note = (db: BankDatabase, { carrierId, state }: Receipt): Promise<boolean> =>
  db.transaction().execute(async (transaction) => {
    const noted = await transaction
      .updateTable('message_parts')
      .set({ state })
      .where('carrier_id', '=', carrierId)
      .returning('message_id')
      .execute();
    for (const { message_id } of noted) await settleReceipts(transaction, message_id);
    return noted.length > 0;
  });

async function accepted(db: BankDatabase, messageId: string): Promise<Map<number, string>> {
  const parts = await db
    .selectFrom('message_parts')
    .select(['part', 'carrier_id'])
    .where('message_id', '=', messageId)
    .execute();
  return new Map(parts.map(({ part, carrier_id }) => [part, carrier_id]));
}

async function accept(
  db: BankDatabase,
  message_id: string,
  part: number,
  carrier_id: string,
): Promise<void> {
  await db
    .insertInto('message_parts')
    .values({ message_id, part, carrier_id })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export const partStore = (db: BankDatabase): PartStore => ({
  accepted: (messageId) => accepted(db, messageId),
  accept: (messageId, part, carrierId) => accept(db, messageId, part, carrierId),
  note: (receipt) => note(db, receipt),
});
