// SPDX-License-Identifier: Apache-2.0
// How work is asked for: in the transaction that has the reason for it, under a natural key.
import type { OrderKey } from '@fabric-offline-pay/domain';
import type { AnyDatabase } from '@fabric-offline-pay/node-common/node';
import type { Lateness } from './database/deliveries.js';

/** Which alert. */
export interface LateKey extends OrderKey {
  readonly kind: Lateness;
}

/** Which payout. */
export interface PayoutKey {
  readonly currency: string;
  readonly payoutId: string;
}

export interface Asks {
  registerCouriers(transaction: AnyDatabase): Promise<void>;
  eraseAddresses(transaction: AnyDatabase): Promise<void>;
  alertLate(transaction: AnyDatabase, key: LateKey): Promise<void>;
  requestPayout(transaction: AnyDatabase, key: PayoutKey): Promise<void>;
}
