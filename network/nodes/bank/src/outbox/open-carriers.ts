// SPDX-License-Identifier: Apache-2.0
// Opens what carries messages to customers, as the configuration says.
import { SmtpMail, type MailSender } from '@fabric-offline-pay/node-common/node';
import type { Logger } from 'pino';
import type { BankConfig } from '../config.js';
import type { BankDatabase } from '../database/schema.js';
import type { MessageSender } from '../messages/message-sender.js';
import { OutboxFolder } from '../messages/outbox-folder.js';
import { SmppSender } from '../messages/smpp/smpp-sender.js';
import { partStore } from './part-store.js';

/** How a message leaves the bank. */
export interface Carriers {
  readonly messages: MessageSender;
  readonly mail?: MailSender;
  /** Ends the connections; call it before the database is closed. */
  close(): Promise<void>;
}

type Config = Pick<BankConfig, 'messages' | 'outboxFolder'>;

const nothing = (): Promise<void> => Promise.resolve();

function openSms({ messages: { sms }, outboxFolder }: Config, db: BankDatabase, logger: Logger) {
  if (sms.adapter === 'folder') return { sender: new OutboxFolder(outboxFolder), close: nothing };
  const sender = new SmppSender(sms, partStore(db), {
    linkUp: () => logger.info('SMSC bound'),
    linkDown: (facts) => logger.warn(facts, 'SMSC not bound'),
  });
  return { sender, close: () => sender.close() };
}

/** Connects in the background: the node starts also while nobody delivers. */
export function openCarriers(config: Config, db: BankDatabase, logger: Logger): Carriers {
  const { mail } = config.messages;
  const sms = openSms(config, db, logger);
  if (mail.adapter === 'none') return { messages: sms.sender, close: sms.close };
  const smtp = new SmtpMail(mail);
  return {
    messages: sms.sender,
    mail: smtp,
    close: async () => {
      smtp.close();
      await sms.close();
    },
  };
}
