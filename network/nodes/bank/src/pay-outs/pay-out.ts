// SPDX-License-Identifier: Apache-2.0
// Takes one pay-out as far as it can go now (unit 14): the currency vanishes first, then ordinary money is paid. Every step may be
// repeated, and ends with a row before the next begins.
import type { CoreBanking } from '../core-banking/core-banking.js';
import type { BankDatabase } from '../database/schema.js';
import { askWithin } from '../core-banking/ask-within.js';
import { troubleOf } from '../funding/outcome.js';
import { hostKeyOf, type PayeeMoney } from './keys.js';
import type { PayOutLedger } from './pay-out-ledger.js';
import {
  accountOf,
  changePayOut,
  findPayOut,
  keyOf,
  noteRedeemed,
  unpaidOf,
  type PayOut,
} from './store.js';

/** What pay-outs use. */
export interface PayOutContext {
  readonly db: BankDatabase;
  readonly ledger: PayOutLedger;
  readonly coreBanking: CoreBanking;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** No teller has linked an account: the pay-out waits, and the currency stays on the ledger. */
export const NO_ACCOUNT = 'NO_ACCOUNT';

/** Another request was made at the host under the pay-out's key. Somebody must look at it: what was paid under it is not known. */
export class KeyTaken extends Error {
  override readonly name = 'KeyTaken';
  readonly code = 'KEY_TAKEN';
}

/** One look at a payee. After the signal another run may have begun. */
interface PayOutRun extends PayOutContext {
  readonly signal: AbortSignal;
}

/** @returns whether the currency has vanished */
async function redeem({ db, ledger, signal }: PayOutRun, payOut: PayOut): Promise<boolean> {
  const key = keyOf(payOut);
  if ((await accountOf(db, key)) === undefined) {
    await changePayOut(db, payOut, { reason: NO_ACCOUNT });
    return false;
  }
  await askWithin(signal, () => ledger.rollUp({ payeeId: key.payeeId, currency: key.currency }));
  const refusal = await askWithin(signal, () => ledger.redeem({ ...key, amount: payOut.amount }));
  if (refusal === undefined) await noteRedeemed(db, key);
  else await changePayOut(db, payOut, { state: 'refused', reason: refusal });
  return refusal === undefined;
}

/** @returns the account of this attempt, which a repetition uses too; undefined when none is linked */
async function fixAccount({ db }: PayOutRun, payOut: PayOut): Promise<string | undefined> {
  if (payOut.account !== null) return payOut.account;
  const account = await accountOf(db, keyOf(payOut));
  await changePayOut(db, payOut, account === undefined ? { reason: NO_ACCOUNT } : { account });
  return account;
}

async function pay(context: PayOutRun, payOut: PayOut): Promise<void> {
  const { db, coreBanking, clock, signal } = context;
  const account = await fixAccount(context, payOut);
  if (account === undefined) return;
  const { host_key: key, currency, amount, attempt } = payOut;
  const payment = { key, account, currency, amount };
  const answer = await askWithin(signal, () => coreBanking.payOut(payment));
  if (answer.outcome === 'done') {
    const { reference } = answer;
    await changePayOut(db, payOut, { state: 'paid', reason: null, reference, paid_at: clock() });
    return;
  }
  if (answer.reason === 'KEY_REUSED') throw new KeyTaken(`The host knows ${key} otherwise.`);
  await changePayOut(db, payOut, {
    reason: answer.reason,
    attempt: attempt + 1,
    host_key: hostKeyOf(keyOf(payOut), attempt + 1),
    account: null,
  });
}

/** What the host refused waits for a teller, who links another account or the same one again. */
const waitsForTeller = ({ state, reason }: PayOut): boolean =>
  state === 'redeemed' && reason !== null;

/** @throws HostUnavailable | HostUncertain | KeyTaken or an error of the ledger: it is repeated later */
async function carryOut(context: PayOutRun, payOut: PayOut): Promise<void> {
  if (payOut.state !== 'redeemed' && !(await redeem(context, payOut))) return;
  const redeemed = await findPayOut(context.db, keyOf(payOut));
  if (redeemed?.state === 'redeemed' && !waitsForTeller(redeemed)) await pay(context, redeemed);
}

/** Notes why it does not go on, if it does not. @throws the reason */
async function attempt(context: PayOutRun, payOut: PayOut): Promise<void> {
  const { db, clock, signal } = context;
  try {
    await carryOut(context, payOut);
  } catch (error) {
    signal.throwIfAborted();
    const trouble = troubleOf(error);
    const since = payOut.trouble === trouble ? payOut.troubled_at : clock();
    await changePayOut(db, payOut, { trouble, troubled_at: since });
    throw error;
  }
  if (payOut.trouble !== null) await changePayOut(db, payOut, { trouble: null, troubled_at: null });
}

/**
 * Looks at a payee's pay-outs, the oldest first. One that cannot go on does not stop the others.
 * @param signal after which another run may have begun, and this one ends
 * @throws the first failure
 */
export async function payPayee(
  context: PayOutContext,
  payee: PayeeMoney,
  signal: AbortSignal,
): Promise<void> {
  const failures: unknown[] = [];
  for (const payOut of await unpaidOf(context.db, payee)) {
    signal.throwIfAborted();
    await attempt({ ...context, signal }, payOut).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
