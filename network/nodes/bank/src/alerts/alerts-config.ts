// SPDX-License-Identifier: Apache-2.0
// The setting `alerts` of the bank's node, and the channels that it names.
import {
  isEndpointUrl,
  readSecret,
  type MailSender,
  type pathIn,
} from '@fabric-offline-pay/node-common/node';
import * as z from 'zod';
import type { AlertChannel } from './channels/alert-channel.js';
import { mailChannel } from './channels/mail-channel.js';
import { webhookChannel } from './channels/webhook-channel.js';

/** @param path the schema of a path in the configuration */
export const alertsSchema = (path: ReturnType<typeof pathIn>) =>
  z
    .strictObject({
      escalateAfterSeconds: z
        .int()
        .min(60)
        .max(86_400)
        .default(900)
        .describe('seconds until an alert that nobody acknowledged is escalated'),
      webhook: z
        .strictObject({
          url: z
            .url({ protocol: /^https?$/ })
            .refine(
              (url) => isEndpointUrl('organisation', url),
              'https, except on this machine, without user, password and fragment',
            )
            .describe('gets a POST for each change of an alert (Standard Webhooks)'),
          secretFile: path.describe(
            'whsec_ and base64 of 24 to 64 bytes; only its user may read it',
          ),
        })
        .exactOptional(),
      mail: z
        .strictObject({
          to: z.email().describe('gets a mail when an alert opens'),
          escalateTo: z.email().describe('gets a mail when it is escalated'),
        })
        .exactOptional(),
    })
    .prefault({});

/** With absolute paths. */
export type AlertsConfig = z.output<ReturnType<typeof alertsSchema>>;

/** What channels need beside the setting. */
export interface ChannelParts {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** What delivers mail; needed when the setting has `mail`. */
  readonly sender?: MailSender;
}

function mailOf({ mail }: AlertsConfig, { sender }: ChannelParts): AlertChannel[] {
  if (mail === undefined) return [];
  if (sender === undefined)
    throw new Error('alerts.mail is set, but nothing delivers mail. Remove it, or set up mail.');
  return [mailChannel(sender, mail)];
}

/** @throws when a secret cannot be used, or nothing delivers mail */
export function alertChannels(config: AlertsConfig, parts: ChannelParts): AlertChannel[] {
  const { webhook } = config;
  const webhooks =
    webhook === undefined
      ? []
      : [
          webhookChannel({
            url: webhook.url,
            secret: readSecret(webhook.secretFile),
            clock: parts.clock,
          }),
        ];
  return [...webhooks, ...mailOf(config, parts)];
}
