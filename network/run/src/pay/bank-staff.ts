// SPDX-License-Identifier: Apache-2.0
// The bank's roles while customers pay. Each has its own certificate and can only do its own work.
import type { BankOperations } from '@fabric-offline-pay/bank-node';
import type { ReconciliationDesk } from './reconcile-today.js';

export interface BankStaff {
  /** The front office, which enrols customers. */
  readonly teller: Pick<BankOperations, 'enrol' | 'openAccount'>;
  /** Claims the money, and stores purchases. */
  readonly node: Pick<BankOperations, 'recordPurchase'>;
  /** The only role that may see why an authentication failed, and what the node did. */
  readonly operator: Pick<BankOperations, 'attempts' | 'readActivity'>;
  /** Closes the day at the end of a run. Without it, nobody does. */
  readonly closing?: ReconciliationDesk['operator'];
}
