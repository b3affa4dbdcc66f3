// SPDX-License-Identifier: Apache-2.0
// The money invariant, summed from the rows themselves and not by the chaincode that is under test.
import {
  holds,
  reserves,
  SUPPLY,
  toUnits,
  type AccountRow,
  type CheckpointRow,
  type CreditRow,
  type OrderRow,
  type ReserveRow,
  type SupplyRow,
} from '@fabric-offline-pay/domain';

/** Signed minor units that a row adds to `issued − redeemed − on the ledger`, which must be 0. */
const WEIGHTS: Readonly<Record<string, (value: unknown) => bigint>> = {
  supply: (value) => {
    const { kind, amount } = value as SupplyRow;
    return SUPPLY[kind] === 'appears' ? toUnits(amount) : -toUnits(amount);
  },
  account: (value) => -toUnits((value as AccountRow).available),
  order: (value) => {
    const { hold } = value as OrderRow;
    return hold === null ? 0n : -toUnits(holds.standing(hold));
  },
  reserve: (value) => -toUnits(reserves.standing(value as ReserveRow)),
  credit: (value) => -toUnits((value as CreditRow).amount),
  checkpoint: (value) => -BigInt((value as CheckpointRow).balance),
};

/** Kinds of rows that hold money. */
export const HOLDING_MONEY: ReadonlySet<string> = new Set(Object.keys(WEIGHTS));

/** Signed minor units that the row adds to `issued − redeemed − on the ledger`; 0 when it holds no money. */
export const weightOf = (key: string, value: unknown): bigint =>
  WEIGHTS[key.split('/')[0] ?? '']?.(value) ?? 0n;

/**
 * @param rows key → JSON of the public state, of one currency
 * @returns what was issued and neither redeemed nor found on the ledger: 0 when no money appeared or vanished.
 */
export function missingMoney(rows: ReadonlyMap<string, string>): bigint {
  let missing = 0n;
  for (const [key, value] of rows) missing += weightOf(key, JSON.parse(value));
  return missing;
}
