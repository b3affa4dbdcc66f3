// SPDX-License-Identifier: Apache-2.0
// Tells operators by mail: one address at once, another when nobody looks at it.
import type { MailSender } from '@fabric-offline-pay/node-common/node';
import { ALERT_TEXTS, type AlertNews, type ShownAlert } from '../alert.js';
import type { AlertChannel } from './alert-channel.js';

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

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const htmlOf = (text: string): string =>
  `<pre>${text.replace(/[&<>]/g, (sign) => ESCAPES[sign] ?? sign)}</pre>`;

export const mailChannel = (
  sender: MailSender,
  { to, escalateTo }: MailAddresses,
): AlertChannel => ({
  name: 'mail',
  tells: ['opened', 'escalated'],
  async send({ id, news, alert }) {
    const text = textOf(alert);
    await sender.send({
      id,
      to: news === 'escalated' ? escalateTo : to,
      subject: `${SUBJECTS[news] ?? 'Alert'}: ${alert.kind} ${alert.subject}`,
      text,
      html: htmlOf(text),
    });
  },
});
