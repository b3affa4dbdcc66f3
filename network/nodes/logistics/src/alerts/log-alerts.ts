// SPDX-License-Identifier: Apache-2.0
// Alerts as lines of the log, where no other receiver is configured.
import type { Alerts, LateAlert } from './alerts.js';

/** The part of a logger that is used. */
export interface AlertLog {
  warn(facts: object, message: string): void;
}

export class LogAlerts implements Alerts {
  readonly #log: AlertLog;

  constructor(log: AlertLog) {
    this.#log = log;
  }

  late(alert: LateAlert): Promise<void> {
    this.#log.warn({ ...alert }, 'delivery late');
    return Promise.resolve();
  }
}
