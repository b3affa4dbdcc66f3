// SPDX-License-Identifier: Apache-2.0
// Finds the waybill that a call is about. A courier finds only its own: any other is unknown to it.
import type { OrderKey } from '@fabric-offline-pay/domain';
import { NodeError } from '@fabric-offline-pay/node-common/client';
import type { Selectable } from 'kysely';
import type { Caller, LogisticsContext } from '../context.js';
import type { WaybillTable } from '../database/waybills.js';

export type Waybill = Selectable<WaybillTable>;

/** @returns undefined when this company does not carry the order */
export const waybillAt = (
  { db }: Pick<LogisticsContext, 'db'>,
  { merchantId, orderNumber }: OrderKey,
): Promise<Waybill | undefined> =>
  db
    .selectFrom('waybills')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('order_number', '=', orderNumber)
    .executeTakeFirst();

const maySee = ({ role, name }: Caller, waybill: Waybill): boolean =>
  role !== 'courier' || waybill.courier_id === name;

/** @throws {NodeError} NOT_FOUND */
export async function findWaybill(
  context: Pick<LogisticsContext, 'db'>,
  caller: Caller,
  key: OrderKey,
): Promise<Waybill> {
  const waybill = await waybillAt(context, key);
  if (waybill === undefined || !maySee(caller, waybill))
    throw new NodeError('NOT_FOUND', 'orderNumber');
  return waybill;
}
