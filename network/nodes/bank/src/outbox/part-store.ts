// SPDX-License-Identifier: Apache-2.0
// What the SMSC has of each message, in the bank's database, and what its receipts say.
import type { BankContext } from '../context.js';
import type { BankDatabase } from '../database/schema.js';
import type { Receipt } from '../messages/smpp/receipt.js';
import type { PartStore } from '../messages/smpp/smpp-sender.js';
import { settleReceipts } from './store-message.js';

type Context = Pick<BankContext, 'db' | 'clock'>;

/** An SMSC may use an id again: the last part that had it counts. */
const findPart = (db: BankDatabase, carrierId: string) =>
  db
    .selectFrom('message_parts')
    .select(['message_id', 'part'])
    .where('carrier_id', '=', carrierId)
    .orderBy('accepted_at', 'desc')
    .limit(1)
    .executeTakeFirst();

const note = ({ db }: Context, { carrierId, state }: Receipt): Promise<boolean> =>
  db.transaction().execute(async (transaction) => {
    const found = await findPart(transaction, carrierId);
    if (found === undefined) return false;
    await transaction
      .updateTable('message_parts')
      .set({ state })
      .where('message_id', '=', found.message_id)
      .where('part', '=', found.part)
      .execute();
    await settleReceipts(transaction, found.message_id);
    return true;
  });

/** Parts that failed are not among them: whoever sends the message again wants them sent. */
async function accepted({ db }: Context, messageId: string): Promise<Map<number, string>> {
  const parts = await db
    .selectFrom('message_parts')
    .select(['part', 'carrier_id'])
    .where('message_id', '=', messageId)
    .where((either) => either.or([either('state', 'is', null), either('state', '!=', 'failed')]))
    .execute();
  return new Map(parts.map(({ part, carrier_id }) => [part, carrier_id]));
}

async function accept(
  { db, clock }: Context,
  message_id: string,
  part: number,
  carrier_id: string,
): Promise<void> {
  const taken = { carrier_id, accepted_at: clock(), state: null };
  await db
    .insertInto('message_parts')
    .values({ message_id, part, ...taken })
    .onConflict((conflict) => conflict.columns(['message_id', 'part']).doUpdateSet(taken))
    .execute();
}

export const partStore = (context: Context): PartStore => ({
  accepted: (messageId) => accepted(context, messageId),
  accept: (messageId, part, carrierId) => accept(context, messageId, part, carrierId),
  note: (receipt) => note(context, receipt),
});
