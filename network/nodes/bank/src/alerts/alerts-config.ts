// SPDX-License-Identifier: Apache-2.0
// The setting `alerts` of the bank's node.
import type { pathIn } from '@fabric-offline-pay/node-common/node';
import * as z from 'zod';

const HOSTS_OF_THIS_MACHINE = ['localhost', '127.0.0.1', '[::1]'];

/** The signature proves who wrote, and TLS keeps it private. */
function isPrivate(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || HOSTS_OF_THIS_MACHINE.includes(hostname);
}

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
            .refine(isPrivate, 'https, except on this machine')
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
