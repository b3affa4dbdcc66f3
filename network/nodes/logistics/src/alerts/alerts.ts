// SPDX-License-Identifier: Apache-2.0
// The port to whoever must know that a delivery is late: a duty phone, a ticket system.
import type { OrderKey } from '@fabric-offline-pay/domain';
import type { Lateness } from '../database/deliveries.js';

/** Identifiers only: no customer, no address. */
export interface LateAlert extends OrderKey {
  /** Natural: the same for a repetition. */
  readonly alertId: string;
  readonly courierId: string;
  readonly kind: Lateness;
  readonly dueAt: number;
}

export interface Alerts {
  /**
   * Hands the alert over. Whoever repeats it after a crash gives the same `alertId`.
   * @throws when it is not safe with the receiver; then it is tried again.
   */
  late(alert: LateAlert): Promise<void>;
}
