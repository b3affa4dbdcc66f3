// SPDX-License-Identifier: Apache-2.0
// The end of a reserve. The rest first pays the device's double spends, and what is left goes back.
import {
  addAmounts,
  isAtLeast,
  openLoss,
  recoveredCase,
  recoverLosses,
  reserves,
  subtractAmounts,
  type Amount,
  type FraudCaseRow,
  type Recovery,
  type ReserveRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { accountRow, debit } from '../shared/accounts.js';
import { casesOf } from '../shared/frauds.js';
import { creditRecovery } from '../shared/payees.js';
import { recordSuccess } from '../shared/reserves.js';
import { putSupply } from '../shared/supply.js';
import { payeesFault } from './fraud.js';

/** A closed reserve, and the customer's part of its rest. */
export interface Emptied {
  readonly reserve: ReserveRow;
  readonly returned: Amount;
}

/** Pays the payee, or the bank that bore the loss before. In that case the money that the bank made vanishes again. */
function payLoss(call: Call, { currency }: ReserveRow, recovery: Recovery): void {
  const { fraud, amount } = recovery;
  const { merchantId, compensation, contradicting } = fraud;
  if (compensation === null) creditRecovery(call, merchantId, currency, amount, contradicting[1]);
  else putSupply(call, 'recover', compensation, { account: merchantId, currency, amount });
  call.store.put('fraud', recoveredCase(recovery));
}

/** The losses that a reserve must pay: double spends by its device that the payees could not know of. */
const lossesOf = (cases: readonly FraudCaseRow[], reserve: ReserveRow): FraudCaseRow[] =>
  cases.filter(
    (fraud) =>
      fraud.blame === 'device' &&
      openLoss(fraud) !== '0' &&
      payeesFault(fraud, reserve) === undefined,
  );

/**
 * What cancelled vouchers returned to the account. A device that signed two vouchers with one counter could cancel one to
 * get its money back.
 */
const returnedEarly = ({ counters, cancelled }: ReserveRow): Amount =>
  addAmounts(
    ...counters.filter(({ counter }) => cancelled.includes(counter)).map(({ amount }) => amount),
  );

const lesser = (a: Amount, b: Amount): Amount => (isAtLeast(a, b) ? b : a);

/** The part of that money that is still in the account. Like the rest of the reserve, it pays for losses. */
async function reachableReturns(call: Call, reserve: ReserveRow): Promise<Amount> {
  const early = returnedEarly(reserve);
  if (early === '0') return early;
  const { money } = await accountRow(call, reserve.customerId);
  return lesser(early, money[reserve.currency]?.available ?? '0');
}

/** @throws {DomainError} OFFLINE_CLAIM_OPEN, OFFLINE_RESERVE_INACTIVE. */
export async function emptyReserve(call: Call, before: ReserveRow): Promise<Emptied> {
  const { reserve, rest } = reserves.closeReserve(before, call.now);
  recordSuccess(call, before);
  if (before.status === 'active') return { reserve, returned: rest };
  const losses = lossesOf(await casesOf(call, before), before);
  const reach = losses.length === 0 ? '0' : await reachableReturns(call, before);
  const { recoveries } = recoverLosses(addAmounts(rest, reach), losses);
  for (const recovery of recoveries) payLoss(call, reserve, recovery);
  const given = addAmounts(...recoveries.map(({ amount }) => amount));
  if (isAtLeast(rest, given)) return { reserve, returned: subtractAmounts(rest, given) };
  await debit(call, reserve.customerId, reserve.currency, subtractAmounts(given, rest));
  return { reserve, returned: '0' };
}
