// SPDX-License-Identifier: Apache-2.0
// Reading and writing the reserves of devices.
import {
  deviceSubject,
  found,
  HISTORY_OF,
  reserveParts,
  restoreReserve,
  storeReserve,
  type ReserveKey,
  type ReserveRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { putSuccess } from './history.js';

/** @returns undefined when the device has no such reserve. */
export async function findReserve(call: Call, key: ReserveKey): Promise<ReserveRow | undefined> {
  const row = await call.store.get('reserve', ...reserveParts(key));
  return row && restoreReserve(row);
}

/** @throws {DomainError} NOT_FOUND when the device has no such reserve. */
export const reserveRow = async (call: Call, key: ReserveKey): Promise<ReserveRow> =>
  found(await findReserve(call, key), 'NOT_FOUND', { row: 'reserve' });

/** All reserves of a customer, or of one of its devices, in order of epochs. */
export const reservesOf = async (
  call: Call,
  ...owner: [customerId: string] | [customerId: string, deviceId: string]
): Promise<ReserveRow[]> =>
  (await call.store.range('reserve', owner)).map(({ value }) => restoreReserve(value));

export const putReserve = (call: Call, reserve: ReserveRow): void =>
  call.store.put('reserve', storeReserve(reserve));

/**
 * A reserve that paid and was closed without a double spend is one success, however many vouchers it paid. Only customer and
 * merchant know about goods taken along, and both together could sign as many vouchers as they like. Before the close, the
 * other half of a double spend may still come.
 */
export function recordSuccess(call: Call, before: ReserveRow): void {
  if (before.status !== 'frozen' && before.settled !== '0')
    putSuccess(call, before.customerId, HISTORY_OF.reserve(before));
}

/** The subject of events about a reserve. */
export const reserveSubject = (key: ReserveKey): string =>
  `${deviceSubject(key)}/${key.epoch.toString()}`;
