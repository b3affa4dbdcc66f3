// SPDX-License-Identifier: Apache-2.0
// All projections of this node, in the order in which a block passes them.
import type { Projection } from '@fabric-offline-pay/node-common/node';
import type { MerchantTables } from '../database/schema.js';
import type { NoteEvent } from '../events/note-event.js';
import { GoodsProjection } from './goods.js';
import { MerchantsProjection } from './merchants.js';
import { OfflineProjection } from './offline.js';
import { OrdersProjection } from './orders.js';
import { PayeesProjection } from './payees.js';

/** @param mspId the organisation of the node */
export const projectionsOf = (
  mspId: string,
  note: NoteEvent,
): readonly Projection<MerchantTables>[] => [
  new MerchantsProjection(),
  new OrdersProjection(mspId, note),
  new PayeesProjection(mspId, note),
  new GoodsProjection(mspId),
  new OfflineProjection(mspId, note),
];
