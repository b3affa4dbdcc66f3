// SPDX-License-Identifier: Apache-2.0
// Alerts as HTTP requests to one address.
import type { Alerts, LateAlert } from './alerts.js';

const TIMEOUT_MS = 10_000;

/** Posts each alert as JSON. `Idempotency-Key` is its id, by which the receiver knows a repetition. */
export class WebhookAlerts implements Alerts {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async late(alert: LateAlert): Promise<void> {
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': alert.alertId },
      body: JSON.stringify(alert),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the receiver of alerts answered ${response.status}`);
  }
}
