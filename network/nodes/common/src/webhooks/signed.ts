// SPDX-License-Identifier: Apache-2.0
// A webhook as it travels, by Standard Webhooks 1.0: id, time and body are signed by each secret that is valid now.
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

const SECRET_BYTES = 32;

const PREFIX = 'whsec_';
const LEAST_KEY_BYTES = 24;
const MOST_KEY_BYTES = 64;

/** @throws when a secret of somebody else does not have the standard's form; the error does not quote it */
export function checkSecret(secret: string): void {
  const { length } = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const isLong = length >= LEAST_KEY_BYTES && length <= MOST_KEY_BYTES;
  if (!secret.startsWith(PREFIX) || !isLong)
    throw new Error('The webhook secret is not whsec_ and base64 of 24 to 64 bytes.');
}

/** @returns `whsec_` and base64 */
export const newSecret = (): string => `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;

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
