// SPDX-License-Identifier: Apache-2.0
// What a double spend costs whom: who bears it by the rules that its payee accepted under, how much the bank bears at most, and
// what the device's own reserve gives for it.
import { addAmounts, subtractAmounts, toAmount, toUnits, type Amount } from '../base/money.js';
import type { BulletinRow, FraudCaseRow, LossesRow, ReserveRow } from '../ledger/offline-rows.js';
import type { CurrencyLimits, OfflinePolicy } from '../policy/policy.js';
import { isWithin, spentIn, type Window } from './limits.js';

type Bearers = BulletinRow['bearers'];

/** The most cases of one reserve that no payee claimed, and that one payee claimed: more tell nothing new of the device. */
const MOST_CASES = 64;

type Share = Pick<FraudCaseRow, 'claimed' | 'merchantId'>;

/**
 * Whether a case has no place any more. Each payee's claims have places of their own, so that nobody who fills his, or all that are
 * for proofs, takes what another is owed.
 */
export const isFull = (cases: readonly Share[], { claimed, merchantId }: Share): boolean =>
  cases.filter(
    (other) => other.claimed === claimed && (!claimed || other.merchantId === merchantId),
  ).length >= MOST_CASES;

/** @returns the bearers with who bears what is accepted by this bulletin; the number of a policy's first bulletin is new. */
export const withBearer = (
  bearers: Bearers,
  number: number,
  { lossBearer }: OfflinePolicy,
): Bearers => (bearers.at(-1)?.[1] === lossBearer ? bearers : [...bearers, [number, lossBearer]]);

/** @returns who bears a loss that was accepted by the bulletin of this number; nobody's word is the merchant's own risk. */
export const bearerOf = (
  { bearers, number: newest }: Pick<BulletinRow, 'bearers' | 'number'>,
  number: number,
): OfflinePolicy['lossBearer'] =>
  number > newest ? 'merchant' : (bearers.findLast(([from]) => from <= number)?.[1] ?? 'merchant');

/** Why the bank does not bear an amount. */
export type LossBound = 'lossPerReserve' | 'lossPerPayee';

/** @returns the bound that the amount would pass, or undefined. */
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

/** What a case still costs somebody. */
export const openLoss = ({
  amount,
  recovered,
}: Pick<FraudCaseRow, 'amount' | 'recovered'>): Amount => subtractAmounts(amount, recovered);

/** What the rest of a reserve gives for one case. */
export interface Recovery {
  readonly fraud: FraudCaseRow;
  readonly amount: Amount;
}

const byTime = (a: FraudCaseRow, b: FraudCaseRow): number => a.at - b.at;

/**
 * Gives the rest of a reserve to what its device spent twice, the oldest case first, as far as it goes.
 * @param cases those that count against the device and that somebody lost by
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

/** @returns the case as it stands after a recovery. */
export const recoveredCase = ({ fraud, amount }: Recovery): FraudCaseRow => ({
  ...fraud,
  recovered: addAmounts(fraud.recovered, amount),
});
