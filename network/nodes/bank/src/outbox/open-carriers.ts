// SPDX-License-Identifier: Apache-2.0
// Opens what carries messages to customers, as the configuration says.
import { SmtpMail, type MailSender, type NodeBase } from '@fabric-offline-pay/node-common/node';
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
  /** Ends the connections; call it before the database is closed. */
  close(): Promise<void>;
}

type Config = Pick<BankConfig, 'messages' | 'outboxFolder'>;

type Base = Pick<NodeBase<BankTables>, 'db' | 'logger' | 'clock'>;

const nothing = (): Promise<void> => Promise.resolve();

function openSms({ messages: { sms }, outboxFolder }: Config, { db, logger, clock }: Base) {
  if (sms.adapter === 'folder')
    return { sender: new OutboxFolder(outboxFolder, clock), close: nothing };
  const sender = new SmppSender(
    sms,
    partStore({ db, clock }),
    {
      linkUp: () => logger.info('SMSC bound'),
      linkDown: (facts) => logger.warn(facts, 'SMSC not bound'),
    },
    clock,
  );
  return { sender, close: () => sender.close() };
}

/** Connects in the background: the node starts also while nobody delivers. */
export function openCarriers(config: Config, base: Base): Carriers {
  const { mail } = config.messages;
  const sms = openSms(config, base);
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
