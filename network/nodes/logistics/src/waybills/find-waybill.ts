// SPDX-License-Identifier: Apache-2.0
// Finds the waybill that a call is about. Couriers and shops find only their own: any other is unknown to them.
import type { OrderKey } from '@fabric-offline-pay/domain';
import { NodeError } from '@fabric-offline-pay/node-common/client';
import type { Selectable } from 'kysely';
import { SHOP_CHANNEL, type Caller, type LogisticsContext, type Role } from '../context.js';
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

/** Whose waybill it must be for the caller to see it; for other roles, anybody's. */
const OWNERS = {
  courier: 'courier_id',
  [SHOP_CHANNEL]: 'merchant_id',
} as const satisfies Partial<Record<Role, keyof Waybill>>;

const isOwning = (role: Role): role is keyof typeof OWNERS => Object.hasOwn(OWNERS, role);

/** @returns the column that must hold the caller's name; undefined when the caller sees all */
export const ownerColumn = ({ role }: Caller): 'courier_id' | 'merchant_id' | undefined =>
  isOwning(role) ? OWNERS[role] : undefined;

function maySee(caller: Caller, waybill: Waybill): boolean {
  const column = ownerColumn(caller);
  return column === undefined || waybill[column] === caller.name;
}

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
