// SPDX-License-Identifier: Apache-2.0
// Who acts within the bank while customers pay: each has a certificate of its own, and can do this only.
import type { BankOperations } from '@fabric-offline-pay/bank-node';

export interface BankStaff {
  /** The front office, which enrols customers. */
  readonly teller: Pick<BankOperations, 'enrol'>;
  /** Claims the money, and keeps what was bought. */
  readonly node: Pick<BankOperations, 'recordPurchase'>;
  /** Alone may see why an authentication failed. */
  readonly operator: Pick<BankOperations, 'attempts'>;
}
