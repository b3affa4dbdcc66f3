// SPDX-License-Identifier: Apache-2.0
// The end of a reserve: what its device spent twice is paid out of the rest first, and what is left goes back.
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

/** A reserve that is closed, and what of it is the customer's. */
export interface Emptied {
  readonly reserve: ReserveRow;
  readonly returned: Amount;
}

/** To the payee, or to the bank that bore the loss before: then the money vanishes that it had made. */
function give(call: Call, { currency }: ReserveRow, recovery: Recovery): void {
  const { fraud, amount } = recovery;
  const { merchantId, compensation, contradicting } = fraud;
  if (compensation === null) creditRecovery(call, merchantId, currency, amount, contradicting[1]);
  else putSupply(call, 'recover', compensation, { account: merchantId, currency, amount });
  call.store.put('fraud', recoveredCase(recovery));
}

/** The losses that a reserve answers for: those by its own device, of payees that could not know. */
const lossesOf = (cases: readonly FraudCaseRow[], reserve: ReserveRow): FraudCaseRow[] =>
  cases.filter(
    (fraud) =>
      fraud.blame === 'device' &&
      openLoss(fraud) !== '0' &&
      payeesFault(fraud, reserve) === undefined,
  );

/** What cancelled vouchers put back into the account: a device that signed two of a counter may have it cancel one for nothing. */
const returnedEarly = ({ counters, cancelled }: ReserveRow): Amount =>
  addAmounts(
    ...counters.filter(({ counter }) => cancelled.includes(counter)).map(({ amount }) => amount),
  );

const lesser = (a: Amount, b: Amount): Amount => (isAtLeast(a, b) ? b : a);

/** What of that is still in the account, to answer for losses as the rest of the reserve does. */
async function withinReach(call: Call, reserve: ReserveRow): Promise<Amount> {
  const early = returnedEarly(reserve);
  if (early === '0') return early;
  const { money } = await accountRow(call, reserve.customerId);
  return lesser(early, money[reserve.currency]?.available ?? '0');
}

/** @throws {DomainError} OFFLINE_CLAIM_OPEN, OFFLINE_RESERVE_INACTIVE. */
export async function emptied(call: Call, before: ReserveRow): Promise<Emptied> {
  const { reserve, rest } = reserves.closeReserve(before, call.now);
  recordSuccess(call, before);
  if (before.status === 'active') return { reserve, returned: rest };
  const losses = lossesOf(await casesOf(call, before), before);
  const reach = losses.length === 0 ? '0' : await withinReach(call, before);
  const { recoveries } = recoverLosses(addAmounts(rest, reach), losses);
  for (const recovery of recoveries) give(call, reserve, recovery);
  const given = addAmounts(...recoveries.map(({ amount }) => amount));
  if (isAtLeast(rest, given)) return { reserve, returned: subtractAmounts(rest, given) };
  await debit(call, reserve.customerId, reserve.currency, subtractAmounts(given, rest));
  return { reserve, returned: '0' };
}
