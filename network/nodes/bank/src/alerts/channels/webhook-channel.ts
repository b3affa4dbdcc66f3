// SPDX-License-Identifier: Apache-2.0
// Tells a system of the bank, such as its pager, by a signed request (Standard Webhooks 1.0, symmetric signature).
import { createHmac } from 'node:crypto';
import type { AlertChannel, AlertMessage } from './alert-channel.js';

export interface WebhookOptions {
  readonly url: string;
  /** `whsec_` and base64 of the key; see {@link webhookKey}. */
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Milliseconds until the receiver must have answered. */
  readonly timeoutMs?: number;
}

const PREFIX = 'whsec_';
const LEAST_KEY_BYTES = 24;
const MOST_KEY_BYTES = 64;

/** @returns the key of a secret. @throws when it does not have the standard's form; the error does not quote it */
export function webhookKey(secret: string): Buffer {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const isLong = key.length >= LEAST_KEY_BYTES && key.length <= MOST_KEY_BYTES;
  if (!secret.startsWith(PREFIX) || !isLong)
    throw new Error('The webhook secret is not whsec_ and base64 of 24 to 64 bytes.');
  return key;
}

/** @returns the value of `webhook-signature`. @param timestamp seconds since 1970 */
export const signWebhook = (key: Buffer, id: string, timestamp: number, body: string): string =>
  `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;

/** Who acknowledged it is nobody else's concern. */
function bodyOf({ news, alert }: AlertMessage, now: number): string {
  const { alertId, kind, subject, openedAt, acknowledgedAt, escalatedAt, closedAt } = alert;
  const data = { alertId, kind, subject, openedAt, acknowledgedAt, escalatedAt, closedAt };
  return JSON.stringify({ type: `alert.${news}`, timestamp: new Date(now).toISOString(), data });
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** The receiver did not take it. */
class WebhookRefused extends Error {
  override readonly name = 'WebhookRefused';
}

export function webhookChannel({
  url,
  secret,
  clock,
  timeoutMs = DEFAULT_TIMEOUT_MS,
}: WebhookOptions): AlertChannel {
  const key = webhookKey(secret);
  return {
    name: 'webhook',
    tells: ['opened', 'acknowledged', 'escalated', 'closed'],
    async send(message, signal) {
      const now = clock();
      const body = bodyOf(message, now);
      const timestamp = Math.floor(now / 1000);
      const response = await fetch(url, {
        method: 'POST',
        body,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        headers: {
          'content-type': 'application/json',
          'webhook-id': message.id,
          'webhook-timestamp': timestamp.toString(),
          'webhook-signature': signWebhook(key, message.id, timestamp, body),
        },
      });
      await response.body?.cancel();
      if (!response.ok) throw new WebhookRefused(`The webhook answered ${response.status}.`);
    },
  };
}
