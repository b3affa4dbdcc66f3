// SPDX-License-Identifier: Apache-2.0
// The end of a reserve: what its device spent twice is paid out of the rest first, and what is left goes back.
import {
  openLoss,
  recoveredCase,
  recoverLosses,
  reserves,
  type Amount,
  type FraudCaseRow,
  type Recovery,
  type ReserveRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
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

/** @throws {DomainError} OFFLINE_CLAIM_OPEN, OFFLINE_RESERVE_INACTIVE. */
export async function emptied(call: Call, before: ReserveRow): Promise<Emptied> {
  const { reserve, rest } = reserves.closeReserve(before, call.now);
  recordSuccess(call, before);
  if (before.status === 'active') return { reserve, returned: rest };
  const losses = lossesOf(await casesOf(call, before), before);
  const { recoveries, rest: returned } = recoverLosses(rest, losses);
  for (const recovery of recoveries) give(call, reserve, recovery);
  return { reserve, returned };
}
