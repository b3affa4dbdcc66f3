// SPDX-License-Identifier: Apache-2.0
// The configuration of messages to customers: by what they are sent, when, and how many codes.
import { smtpSchema } from '@fabric-offline-pay/node-common/node';
import * as z from 'zod';
import { codeCapsSchema } from './code-caps.js';
import { quietHoursSchema } from './quiet-hours.js';
import { smppSchema } from './smpp/smpp-config.js';

export const messagesSchema = z
  .strictObject({
    sms: z
      .discriminatedUnion('adapter', [
        z.strictObject({ adapter: z.literal('folder').describe('see outboxFolder') }),
        smppSchema,
      ])
      .default({ adapter: 'folder' }),
    mail: z
      .discriminatedUnion('adapter', [z.strictObject({ adapter: z.literal('none') }), smtpSchema])
      .default({ adapter: 'none' }),
    quietHours: quietHoursSchema
      .exactOptional()
      .describe('when customers are not told what can wait; never, unless given'),
    caps: codeCapsSchema,
  })
  .prefault({});

export type MessagesConfig = z.output<typeof messagesSchema>;

/** @returns the configuration with absolute paths. */
export function absoluteMessages(
  { sms, mail, ...rest }: MessagesConfig,
  at: (relative: string) => string,
): MessagesConfig {
  return {
    ...rest,
    sms: sms.adapter === 'folder' ? sms : { ...sms, ...absoluteSecrets(sms, at) },
    mail: mail.adapter === 'none' ? mail : { ...mail, ...absoluteSecrets(mail, at) },
  };
}

interface Files {
  readonly passwordFile?: string;
  readonly caFile?: string;
}

const absoluteSecrets = (
  { passwordFile, caFile }: Files,
  at: (relative: string) => string,
): Files => ({
  ...(passwordFile !== undefined && { passwordFile: at(passwordFile) }),
  ...(caFile !== undefined && { caFile: at(caFile) }),
});
