// SPDX-License-Identifier: Apache-2.0
// The configuration of messages to customers: by what they are sent, when, and how many.
import { smtpSchema, type pathIn } from '@fabric-offline-pay/node-common/node';
import * as z from 'zod';
import { codeCapsSchema } from './code-caps.js';
import { noticeCapsSchema } from './notice-caps.js';
import { quietHoursSchema } from './quiet-hours.js';
import { smppSchema } from './smpp/smpp-config.js';

const folder = z.strictObject({ adapter: z.literal('folder').describe('see outboxFolder') });

const none = z.strictObject({ adapter: z.literal('none') });

export const messagesSchema = (path: ReturnType<typeof pathIn>) =>
  z
    .strictObject({
      sms: z
        .discriminatedUnion('adapter', [folder, smppSchema(path)])
        .default({ adapter: 'folder' }),
      mail: z.discriminatedUnion('adapter', [none, smtpSchema(path)]).default({ adapter: 'none' }),
      quietHours: quietHoursSchema
        .exactOptional()
        .describe('when customers are not told what can wait; never, unless given'),
      caps: codeCapsSchema,
      noticeCaps: noticeCapsSchema,
    })
    .prefault({});
