// SPDX-License-Identifier: Apache-2.0
// The reserves of devices: their keys, and the rows of double spends that hang on them.
import {
  deviceSubject,
  found,
  fraudParts,
  HISTORY_OF,
  reserveParts,
  restoreReserve,
  storeReserve,
  type Amount,
  type FraudCaseRow,
  type FraudRow,
  type ReserveKey,
  type ReserveRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { putPenalty, putSuccess } from './history.js';
import { policyRow } from './rows.js';

/** @returns undefined when the device has no such reserve. */
export async function findReserve(call: Call, key: ReserveKey): Promise<ReserveRow | undefined> {
  const row = await call.store.get('reserve', ...reserveParts(key));
  return row && restoreReserve(row);
}

/** @throws {DomainError} NOT_FOUND when the device has no such reserve. */
export const reserveRow = async (call: Call, key: ReserveKey): Promise<ReserveRow> =>
  found(await findReserve(call, key), 'NOT_FOUND', { row: 'reserve' });

/** All reserves of a customer, or of one of its devices, in order of their epochs. */
export const reservesOf = async (
  call: Call,
  ...owner: [customerId: string] | [customerId: string, deviceId: string]
): Promise<ReserveRow[]> =>
  (await call.store.range('reserve', owner)).map(({ value }) => restoreReserve(value));

export const putReserve = (call: Call, reserve: ReserveRow): void =>
  call.store.put('reserve', storeReserve(reserve));

/** What is known of a double spend besides the contradiction. */
export type FraudEvidence = Pick<FraudCaseRow, 'voucher' | 'request' | 'claimed' | 'proven'> & {
  readonly amount: Amount;
};

/**
 * A reserve that paid and is closed without a double spend is one success, however many vouchers it paid: of goods taken
 * along only customer and merchant know, and two who agree could sign as many as they like. Before it is closed the other
 * half of a double spend may still come.
 */
export function recordSuccess(call: Call, before: ReserveRow): void {
  if (before.status !== 'frozen' && before.settled !== '0')
    putSuccess(call, before.customerId, HISTORY_OF.reserve(before));
}

/** Records a double spend, or what is newly known of one. A claim names the payee that was not paid. */
export async function recordFraud(
  call: Call,
  fraud: FraudRow,
  evidence: FraudEvidence,
): Promise<void> {
  const parts = fraudParts(fraud, fraud.contradicting);
  const known = await call.store.get('fraud', ...parts);
  const row: FraudCaseRow = known ?? {
    ...fraud,
    ...evidence,
    lossBearer: (await policyRow(call)).offline.lossBearer,
    compensation: null,
  };
  const claimed = row.claimed || evidence.claimed;
  const proven = row.proven || evidence.proven;
  call.store.put('fraud', { ...row, claimed, proven });
  putPenalty(call, fraud.customerId, HISTORY_OF.reserve(fraud), 'doubleSpend');
}

/** What events about a reserve are about. */
export const reserveSubject = (key: ReserveKey): string =>
  `${deviceSubject(key)}/${key.epoch.toString()}`;
