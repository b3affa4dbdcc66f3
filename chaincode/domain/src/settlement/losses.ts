// SPDX-License-Identifier: Apache-2.0
// The cost of a double spend: who bears it, by the rules that the payee accepted under; how much the bank bears at most; and
// what the device's own reserve pays for it.
import { addAmounts, subtractAmounts, toAmount, toUnits, type Amount } from '../base/money.js';
import type { BulletinRow, FraudCaseRow, LossesRow, ReserveRow } from '../ledger/offline-rows.js';
import type { CurrencyLimits, OfflinePolicy } from '../policy/policy.js';
import { isWithin, spentIn, type Window } from './limits.js';

type Bearers = BulletinRow['bearers'];

/**
 * The most cases of one reserve that no payee claimed, and the most that one payee claimed. More cases tell nothing new
 * about the device.
 */
const MOST_CASES = 64;

type Share = Pick<FraudCaseRow, 'claimed' | 'merchantId'>;

/**
 * Whether there is no room for a case. Each payee's claims have their own places. So nobody who fills these places, or those
 * for proofs, can take the place of another payee.
 */
export const isFull = (cases: readonly Share[], { claimed, merchantId }: Share): boolean =>
  cases.filter(
    (other) => other.claimed === claimed && (!claimed || other.merchantId === merchantId),
  ).length >= MOST_CASES;

/**
 * @returns the bearers, with the bearer for vouchers accepted under this bulletin. The list changes only when the bearer
 * changes.
 */
export const withBearer = (
  bearers: Bearers,
  number: number,
  { lossBearer }: OfflinePolicy,
): Bearers => (bearers.at(-1)?.[1] === lossBearer ? bearers : [...bearers, [number, lossBearer]]);

/**
 * @returns who bears the loss of a voucher accepted under the bulletin with this number. Without such a bulletin the
 * merchant does.
 */
export const bearerOf = (
  { bearers, number: newest }: Pick<BulletinRow, 'bearers' | 'number'>,
  number: number,
): OfflinePolicy['lossBearer'] =>
  number > newest ? 'merchant' : (bearers.findLast(([from]) => from <= number)?.[1] ?? 'merchant');

/** Why the bank does not bear an amount. */
export type LossBound = 'lossPerReserve' | 'lossPerPayee';

/** @returns the bound that the amount would exceed, or undefined. */
export function passedBound(
  amount: Amount,
  limits: Pick<CurrencyLimits, LossBound>,
  { compensated }: Pick<ReserveRow, 'compensated'>,
  borne: LossesRow['borne'],
  window: Window,
): LossBound | undefined {
  if (!isWithin(limits.lossPerReserve, compensated, amount)) return 'lossPerReserve';
  return isWithin(limits.lossPerPayee, spentIn(borne, window), amount) ? undefined : 'lossPerPayee';
}

/** The loss of a case that nobody has covered yet. */
export const openLoss = ({
  amount,
  recovered,
}: Pick<FraudCaseRow, 'amount' | 'recovered'>): Amount => subtractAmounts(amount, recovered);

/** What the rest of a reserve pays for one case. */
export interface Recovery {
  readonly fraud: FraudCaseRow;
  readonly amount: Amount;
}

const byTime = (a: FraudCaseRow, b: FraudCaseRow): number => a.at - b.at;

/**
 * Pays the double spends of a device from the rest of its reserve: the oldest case first, until the money is used up.
 * @param cases the cases that count against the device and that somebody lost money by
 */
export function recoverLosses(
  rest: Amount,
  cases: readonly FraudCaseRow[],
): { readonly recoveries: readonly Recovery[]; readonly rest: Amount } {
  let left = toUnits(rest);
  const recoveries: Recovery[] = [];
  for (const fraud of [...cases].sort(byTime)) {
    const loss = toUnits(openLoss(fraud));
    const given = loss < left ? loss : left;
    if (given === 0n) continue;
    left -= given;
    recoveries.push({ fraud, amount: toAmount(given) });
  }
  return { recoveries, rest: toAmount(left) };
}

/** @returns the case after a recovery. */
export const recoveredCase = ({ fraud, amount }: Recovery): FraudCaseRow => ({
  ...fraud,
  recovered: addAmounts(fraud.recovered, amount),
});
