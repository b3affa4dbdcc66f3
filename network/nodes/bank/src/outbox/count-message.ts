// SPDX-License-Identifier: Apache-2.0
// Counts a message without a code against the cap of its kind, for the telephone that it goes to.
import type { BankContext, Observer } from '../context.js';
import { capOf } from '../messages/notice-caps.js';
import type { MessageTable } from '../messages/tables.js';
import { keyedDigest } from '../secrets/installation-key.js';
import { endMessage } from './store-message.js';

export type CountingContext = Pick<BankContext, 'db' | 'clock' | 'key' | 'noticeCaps'> & {
  readonly observer: Pick<Observer, 'messageCapped'>;
};

type Counted = Pick<MessageTable, 'message_id' | 'kind'>;

/** A message counts once, however often it is tried. Parallel runs may exceed the cap by their number. */
const count = (
  { db, clock, key, noticeCaps }: CountingContext,
  { message_id, kind }: Counted,
  phone: string,
): Promise<boolean> =>
  db.transaction().execute(async (transaction) => {
    const number_mac = keyedDigest(key, 'message-number', phone);
    const row = await transaction
      .selectFrom('messages')
      .select('number_mac')
      .where('message_id', '=', message_id)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (row.number_mac === number_mac) return true;
    const cap = capOf(kind, noticeCaps);
    const others = await transaction
      .selectFrom('messages')
      .select('message_id')
      .where('number_mac', '=', number_mac)
      .where('kind', '=', kind)
      .where('counted_at', '>', clock() - noticeCaps.windowSeconds * 1000)
      .limit(cap)
      .execute();
    if (others.length >= cap) return false;
    await transaction
      .updateTable('messages')
      .set({ number_mac, counted_at: clock() })
      .where('message_id', '=', message_id)
      .execute();
    return true;
  });

/** @returns whether the message may be sent to this telephone; if not, it ends as `capped`, where the customer can read it */
export async function countOrEnd(
  context: CountingContext,
  message: Counted,
  phone: string,
): Promise<boolean> {
  if (await count(context, message, phone)) return true;
  const { db, clock, observer } = context;
  await endMessage(db, message.message_id, { at: clock(), outcome: 'capped' });
  observer.messageCapped({ kind: message.kind });
  return false;
}
