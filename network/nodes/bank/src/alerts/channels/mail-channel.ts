// SPDX-License-Identifier: Apache-2.0
// Tells operators by mail: one address at once, another when nobody looks at it.
import { ALERT_TEXTS, type AlertNews, type ShownAlert } from '../alert.js';
import type { AlertChannel } from './alert-channel.js';

export interface Mail {
  /** Sending the same id again must not look like another message: it becomes the Message-ID. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** What delivers mail. */
export interface MailSender {
  /** Resolves when a mail server has taken it. @throws when none has. */
  send(mail: Mail): Promise<void>;
}

export interface MailAddresses {
  readonly to: string;
  /** Of whoever is asked when nobody acknowledges it in time. */
  readonly escalateTo: string;
}

const SUBJECTS: Readonly<Partial<Record<AlertNews, string>>> = {
  opened: 'Alert',
  escalated: 'Nobody looks at this alert',
};

function textOf({ kind, subject, openedAt, alertId }: ShownAlert): string {
  const { meaning, remedy } = ALERT_TEXTS[kind];
  const since = new Date(openedAt * 1000).toISOString();
  return `${meaning}\n\nAbout: ${subject}\nSince: ${since}\nAlert: ${alertId}\n\n${remedy}\n`;
}

export const mailChannel = (
  sender: MailSender,
  { to, escalateTo }: MailAddresses,
): AlertChannel => ({
  name: 'mail',
  tells: ['opened', 'escalated'],
  send: ({ id, news, alert }) =>
    sender.send({
      id,
      to: news === 'escalated' ? escalateTo : to,
      subject: `${SUBJECTS[news] ?? 'Alert'}: ${alert.kind} ${alert.subject}`,
      text: textOf(alert),
    }),
});
