// SPDX-License-Identifier: Apache-2.0
// An order as queries of the ledger show it.
import type { OutputOf } from '@fabric-offline-pay/domain';

export type ShownOrder = OutputOf<'orderNumber', 'readOrder'>;

export type ShownHold = NonNullable<ShownOrder['hold']>;
