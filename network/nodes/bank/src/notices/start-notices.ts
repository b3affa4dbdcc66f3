// SPDX-License-Identifier: Apache-2.0
// Follows the ledger, and sends what customers are to be told.
import { Follower, Jobs, type BlockSource } from '@fabric-offline-pay/node-common/node';
import type { Logger } from 'pino';
import { factsOf } from '../http/refusals.js';
import { storeMail, storeMessage, type NewMessage } from '../outbox/store-message.js';
import { OrderNotices, type NoteMessage } from './order-notices.js';
import { resumeMessagesJob, type AskToSend } from './resume-messages.js';
import { sendNoticeJob, type NoticesContext } from './send-notice.js';

export interface NoticesParts {
  readonly context: NoticesContext;
  readonly blocks: BlockSource;
  /** The bank's own id on the ledger. */
  readonly bankId: string;
  readonly logger: Logger;
  /** Called when the ledger can no longer be followed. */
  readonly onEnd: (error: unknown) => void;
}

export interface RunningNotices {
  /** Finishes or undoes what is under way. Call it before the database is closed. */
  close(): Promise<void>;
}

/** With a copy by mail where the bank sends mails. Each is a message of its own, so that neither waits for the other. */
const noting =
  ({ mail }: NoticesContext, ask: AskToSend): NoteMessage =>
  async (transaction, message: NewMessage) => {
    if (await storeMessage(transaction, message)) await ask(transaction, message.message_id);
    const copy = mail && (await storeMail(transaction, message));
    if (copy !== undefined) await ask(transaction, copy);
  };

/** @throws when the queue of the messages cannot be made; nothing keeps running then. */
export async function startNotices({
  context,
  blocks,
  bankId,
  logger,
  onEnd,
}: NoticesParts): Promise<RunningNotices> {
  const kind = sendNoticeJob(context);
  const ask: AskToSend = (transaction, messageId) =>
    jobs.ask(transaction, kind, messageId, { messageId });
  const jobs: Jobs = new Jobs({
    db: context.db,
    kinds: [kind, resumeMessagesJob(context, ask)],
    observer: {
      failed: ({ job }, error) => logger.warn({ job, ...factsOf(error) }, 'job failed'),
      broken: (error) => logger.error(factsOf(error), 'jobs do not run'),
    },
  });
  await jobs.start().catch(async (error: unknown) => {
    await jobs.stop();
    throw error;
  });
  const notices = new OrderNotices(bankId, noting(context, ask));
  const follower = new Follower({
    db: context.db,
    source: blocks,
    projections: [notices],
    onProgress: () => jobs.wake(kind),
  });
  const stop = new AbortController();
  const following = follower.run(stop.signal).catch(onEnd);
  return {
    close: async () => {
      stop.abort();
      await following;
      await jobs.stop();
    },
  };
}
