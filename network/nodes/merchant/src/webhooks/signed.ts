// SPDX-License-Identifier: Apache-2.0
// A webhook as it travels, by Standard Webhooks 1.0: id, time and body are signed by each secret that is valid now.
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

const SECRET_BYTES = 32;

/** @returns `whsec_` and base64 */
export const newSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;

export interface Telling {
  readonly id: string;
  readonly body: string;
  /** Milliseconds since 1970: when it is sent, which receivers compare with their clocks. */
  readonly sentAt: number;
}

/** @param secrets at least one; a receiver that knows any of them believes the webhook */
export function signedHeaders(
  { id, body, sentAt }: Telling,
  secrets: readonly string[],
): Readonly<Record<string, string>> {
  const date = new Date(sentAt);
  return {
    'content-type': 'application/json',
    'user-agent': 'fabric-offline-pay',
    'webhook-id': id,
    'webhook-timestamp': Math.floor(sentAt / 1000).toString(),
    'webhook-signature': secrets
      .map((secret) => new Webhook(secret).sign(id, date, body))
      .join(' '),
  };
}
