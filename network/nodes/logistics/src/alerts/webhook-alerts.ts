// SPDX-License-Identifier: Apache-2.0
// Alerts as HTTP requests to one address.
import { openPoster } from '@fabric-offline-pay/node-common/node';
import type { Alerts, LateAlert } from './alerts.js';

const TIMEOUT_MS = 10_000;

const isTaken = (status: number): boolean => status >= 200 && status < 300;

/**
 * Posts each alert as JSON. `Idempotency-Key` is its id, by which the receiver knows a repetition. The address is the secret between the two:
 * https, except on this machine.
 */
export class WebhookAlerts implements Alerts {
  readonly #url: string;
  readonly #post = openPoster({ reach: 'organisation', timeoutMs: TIMEOUT_MS, keepAlive: false })
    .post;

  constructor(url: string) {
    this.#url = url;
  }

  async late(alert: LateAlert): Promise<void> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': alert.alertId };
    const status = await this.#post(this.#url, headers, JSON.stringify(alert));
    if (!isTaken(status)) throw new Error(`the receiver of alerts answered ${status}`);
  }
}
