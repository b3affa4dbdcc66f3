// SPDX-License-Identifier: Apache-2.0
// Tells a system of the bank, such as its pager, by a signed request (Standard Webhooks 1.0, symmetric signature).
import { checkSecret, openPoster, signedHeaders } from '@fabric-offline-pay/node-common/node';
import type { AlertChannel, AlertMessage } from './alert-channel.js';

export interface WebhookOptions {
  /** https into the Internet or the bank's own network; http on this machine only. */
  readonly url: string;
  /** `whsec_` and base64 of the key. */
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Milliseconds until the receiver must have answered. */
  readonly timeoutMs?: number;
}

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

const isTaken = (status: number): boolean => status >= 200 && status < 300;

/** @throws when the secret has another form */
export function webhookChannel({
  url,
  secret,
  clock,
  timeoutMs = DEFAULT_TIMEOUT_MS,
}: WebhookOptions): AlertChannel {
  checkSecret(secret);
  const { post } = openPoster({ reach: 'organisation', timeoutMs, keepAlive: false });
  return {
    name: 'webhook',
    tells: ['opened', 'acknowledged', 'escalated', 'closed'],
    async send(message, signal) {
      const now = clock();
      const body = bodyOf(message, now);
      const headers = signedHeaders({ id: message.id, body, sentAt: now }, [secret]);
      const status = await post(url, headers, body, signal);
      if (!isTaken(status)) throw new WebhookRefused(`The webhook answered ${status}.`);
    },
  };
}
