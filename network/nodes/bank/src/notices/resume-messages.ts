// SPDX-License-Identifier: Apache-2.0
// Once a minute: takes up messages that waited or whose caller did not send them, and ends those whose time is over for sure.
import type { AnyDatabase, JobKind } from '@fabric-offline-pay/node-common/node';
import type { BankDatabase } from '../database/schema.js';
import { TREATMENT, type MessageKind } from '../messages/kinds.js';
import type { MessageChannel } from '../messages/tables.js';
import { LeastTime } from './least-time.js';
import type { NoticesContext } from './send-notice.js';

/** Asks for the message to be sent by its channel. */
export type AskToSend = (
  transaction: AnyDatabase,
  channel: MessageChannel,
  messageId: string,
) => Promise<void>;

const JOB_KINDS = Object.entries(TREATMENT)
  .filter(([, { sentBy }]) => sentBy === 'job')
  .map(([kind]) => kind as MessageKind);

/** @param over a time that has passed for sure: nothing takes up again what has ended */
const endExpired = (db: BankDatabase, now: number, over: number) =>
  db
    .updateTable('messages')
    .set({ ended_at: now, outcome: 'expired', resume_at: null })
    .where('ended_at', 'is', null)
    .where('expires_at', '<', over)
    .execute();

/** Longer than quiet hours and whatever else a message waits for: noted by a clock that was ahead. */
const FARTHEST_MS = 2 * 24 * 3_600_000;

/**
 * Asks in the transaction that notes it, so that each is asked for once. What is over by the clock alone stays as it is: it is not sent, and
 * taken up when the clock is right again.
 */
const resume = (db: BankDatabase, now: number, ask: AskToSend): Promise<void> =>
  db.transaction().execute(async (transaction) => {
    const due = await transaction
      .updateTable('messages')
      .set({ resume_at: null })
      .where('ended_at', 'is', null)
      .where('expires_at', '>=', now)
      .where((either) =>
        either.or([either('resume_at', '<=', now), either('resume_at', '>', now + FARTHEST_MS)]),
      )
      .where((either) =>
        either.or([either('channel', '=', 'mail'), either('kind', 'in', JOB_KINDS)]),
      )
      .returning(['message_id', 'channel'])
      .execute();
    for (const { message_id, channel } of due) await ask(transaction, channel, message_id);
  });

/** @param least the same at each call */
export async function resumeMessages(
  { db, clock }: Pick<NoticesContext, 'db' | 'clock'>,
  least: LeastTime,
  ask: AskToSend,
): Promise<void> {
  const over = least.look();
  if (over !== undefined) await endExpired(db, clock(), over);
  await resume(db, clock(), ask);
}

/** @param ask when it runs, the queue has begun to work */
export function resumeMessagesJob(context: NoticesContext, ask: AskToSend): JobKind {
  const least = new LeastTime(context.clock);
  return {
    name: 'resume-messages',
    schedule: '* * * * *',
    run: () => resumeMessages(context, least, ask),
  };
}
