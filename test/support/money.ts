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
  type TermsRow,
} from '@fabric-offline-pay/domain';

/** Signed minor units by currency that a row adds to `issued − redeemed − on the ledger`, which must be 0. */
type Weights = readonly (readonly [currency: string, units: bigint])[];

const WEIGHTS: Readonly<Record<string, (value: unknown, key: string) => Weights>> = {
  supply: (value) => {
    const { kind, currency, amount } = value as SupplyRow;
    return [[currency, SUPPLY[kind] === 'appears' ? toUnits(amount) : -toUnits(amount)]];
  },
  account: (value) =>
    Object.entries((value as AccountRow).money).map(
      ([currency, { available }]) => [currency, -toUnits(available)] as const,
    ),
  // The terms hold the total of an express order; its own row, once there is one, holds how much less it is now.
  terms: (value) => {
    const { terms, release = null } = value as Partial<TermsRow>;
    return terms === undefined || release === null ? [] : [[terms.currency, -toUnits(terms.total)]];
  },
  order: (value) => {
    const { hold, mode } = value as OrderRow;
    if (hold === null) return [];
    const onTerms = mode === 'express' ? toUnits(hold.authorised) : 0n;
    return [[hold.currency, onTerms - toUnits(holds.standing(hold))]];
  },
  reserve: (value) => {
    const reserve = value as ReserveRow;
    return [[reserve.currency, -toUnits(reserves.standing(reserve))]];
  },
  // A credit entry says its currency in its key alone.
  credit: (value, key) => [[key.split('/')[2] ?? '', -toUnits((value as CreditRow).amount)]],
  checkpoint: (value) => {
    const { currency, balance } = value as CheckpointRow;
    return [[currency, -toUnits(balance)]];
  },
};

/** Kinds of rows that hold money. */
export const HOLDING_MONEY: ReadonlySet<string> = new Set(Object.keys(WEIGHTS));

/** Signed minor units by currency that the row adds to `issued − redeemed − on the ledger`; none when it holds no money. */
export const weightsOf = (key: string, value: unknown): Weights =>
  WEIGHTS[key.split('/')[0] ?? '']?.(value, key) ?? [];

/**
 * @param rows key → JSON of the public state, of one currency
 * @returns what was issued and neither redeemed nor found on the ledger: 0 when no money appeared or vanished.
 */
export function missingMoney(rows: ReadonlyMap<string, string>): bigint {
  let missing = 0n;
  for (const [key, value] of rows)
    for (const [, units] of weightsOf(key, JSON.parse(value))) missing += units;
  return missing;
}
