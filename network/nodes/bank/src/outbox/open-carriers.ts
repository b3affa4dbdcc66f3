// SPDX-License-Identifier: Apache-2.0
// Opens what carries messages to customers, as the configuration says.
import {
  remembered,
  SmtpMail,
  type Links,
  type MailSender,
  type NodeBase,
} from '@fabric-offline-pay/node-common/node';
import type { BankConfig } from '../config.js';
import type { BankTables } from '../database/schema.js';
import type { MessageSender } from '../messages/message-sender.js';
import { OutboxFolder } from '../messages/outbox-folder.js';
import { SmppSender } from '../messages/smpp/smpp-sender.js';
import { partStore } from './part-store.js';

/** How a message leaves the bank. */
export interface Carriers {
  readonly messages: MessageSender;
  readonly mail?: MailSender;
  /** What carries them, where it can be asked whether it is there. */
  readonly links: Links;
  /** Ends the connections; call it before the database is closed. */
  close(): Promise<void>;
}

type Config = Pick<BankConfig, 'messages' | 'outboxFolder'>;

type Base = Pick<NodeBase<BankTables>, 'db' | 'logger' | 'clock'>;

/** Each question is a new connection and a login at the mail server. */
const MAIL_ASKED_MS = 30_000;

const nothing = (): Promise<void> => Promise.resolve();

function openSms({ messages: { sms }, outboxFolder }: Config, { db, logger, clock }: Base) {
  if (sms.adapter === 'folder')
    return { sender: new OutboxFolder(outboxFolder, clock), links: {}, close: nothing };
  const sender = new SmppSender(
    sms,
    partStore({ db, clock }),
    {
      linkUp: () => logger.info('SMSC bound'),
      linkDown: (facts) => logger.warn(facts, 'SMSC not bound'),
    },
    clock,
  );
  // People who are logged in, tellers and the clock's work need no SMS.
  const links: Links = { sms: { required: false, ask: () => sender.ready() } };
  return { sender, links, close: () => sender.close() };
}

/** Connects in the background: the node starts also while nobody delivers. */
export function openCarriers(config: Config, base: Base): Carriers {
  const { mail } = config.messages;
  const sms = openSms(config, base);
  const { sender: messages, links } = sms;
  if (mail.adapter === 'none') return { messages, links, close: sms.close };
  const smtp = new SmtpMail(mail);
  const askMail = remembered(() => smtp.ready(), MAIL_ASKED_MS);
  return {
    messages,
    mail: smtp,
    // A copy by mail waits, and is never the only way to tell a customer something.
    links: { ...links, mail: { required: false, ask: askMail } },
    close: async () => {
      smtp.close();
      await sms.close();
    },
  };
}
