// SPDX-License-Identifier: Apache-2.0
// Deducts what an order lacks from the customer's instrument (unit 14): plans it, has the host authorise it, and issues it on the ledger.
import type { Transaction } from 'kysely';
import { askWithin } from '../core-banking/ask-within.js';
import type { FundingLegTable } from '../database/funding-tables.js';
import type { BankTables } from '../database/schema.js';
import { AwaitsConfirmation, Overtaken, type FundingRun } from './funding-context.js';
import { authorisationKey, issueIdOf } from './keys.js';
import { isIssued, isUnderWay, suppliedState } from './leg-states.js';
import { addLeg, addUndoing, legsOf, nextLeg, setLegState } from './parts-store.js';
import { shortfall } from './plan.js';
import {
  changeFunding,
  instrumentOf,
  keyOf,
  leavingOf,
  lockFunding,
  relyingOthers,
  type Funding,
} from './store.js';

type Tables = Transaction<BankTables>;

const legKeyOf = (row: FundingLegTable) => ({ ...keyOf(row), leg: row.leg });

/** What was asked of the instrument, or would have been. */
interface Declined {
  readonly refusal: string;
  readonly leg: number;
  readonly amount: string;
}

async function refuse(
  db: Tables,
  { tell }: FundingRun,
  funding: Funding,
  { refusal, leg, amount }: Declined,
): Promise<void> {
  const { customer_id: customerId, currency } = funding;
  const news = { ...keyOf(funding), customerId, currency, amount, reason: refusal } as const;
  const legs = await legsOf(db, keyOf(funding));
  // What was issued before is on the account for the order, and goes back when the order does not hold it in time.
  const is_waiting = legs.some(isIssued);
  await changeFunding(db, keyOf(funding), { state: 'refused', refusal, is_waiting });
  await tell?.(db, { ...news, kind: 'declined', about: [leg, customerId].join('/') });
}

/** @returns the deduction, which the host authorised; undefined when it refused */
async function authorise(
  run: FundingRun,
  funding: Funding,
  leg: FundingLegTable,
): Promise<FundingLegTable | undefined> {
  const { token, amount } = leg;
  const { currency } = funding;
  const request = { key: authorisationKey(legKeyOf(leg)), token, currency, amount };
  const answer = await askWithin(run.signal, () => run.coreBanking.authorise(request));
  if (answer.outcome === 'done') return setLegState(run.db, leg, 'authorised');
  await run.db.transaction().execute(async (transaction) => {
    await setLegState(transaction, leg, 'refused');
    await refuse(transaction, run, funding, { ...leg, refusal: answer.reason });
  });
  return undefined;
}

/** The money never comes onto the account: what the host reserved for it goes back. */
const giveUp = (
  run: FundingRun,
  funding: Funding,
  leg: FundingLegTable,
  refusal: string,
): Promise<void> =>
  run.db.transaction().execute(async (transaction) => {
    await setLegState(transaction, leg, 'unissued');
    await addUndoing(transaction, leg);
    await refuse(transaction, run, funding, { ...leg, refusal });
  });

/** At once, since nothing that happens in between may make the order forget the money. */
const noteIssued = (run: FundingRun, funding: Funding, leg: FundingLegTable): Promise<void> =>
  run.db.transaction().execute(async (transaction) => {
    await changeFunding(transaction, keyOf(funding), { state: 'ready' });
    await setLegState(transaction, leg, 'issued');
  });

async function issue(run: FundingRun, funding: Funding, leg: FundingLegTable): Promise<void> {
  const { customer_id: customerId, currency } = funding;
  const { token, amount } = leg;
  const money = { customerId, currency, token, amount };
  const id = issueIdOf(legKeyOf(leg));
  const answer = await askWithin(run.signal, () => run.ledger.issue(id, money));
  const isRefused = answer.state === 'refused';
  if (answer.state === 'proposed' || (isRefused && run.clock() < answer.finalFrom * 1000))
    throw new AwaitsConfirmation('A second person must confirm the issue.');
  if (isRefused) await giveUp(run, funding, leg, answer.reason);
  else await noteIssued(run, funding, leg);
}

/** Finishes the deduction that is under way: the order is ready, or refused. */
async function finishLeg(run: FundingRun, funding: Funding, leg: FundingLegTable): Promise<void> {
  const authorised = leg.state === 'planned' ? await authorise(run, funding, leg) : leg;
  if (authorised !== undefined) await issue(run, funding, authorised);
}

/** @returns the new deduction; undefined when there is no instrument */
async function addDeduction(
  db: Tables,
  run: FundingRun,
  funding: Funding,
  { leg, amount }: { readonly leg: number; readonly amount: bigint },
): Promise<FundingLegTable | undefined> {
  const key = keyOf(funding);
  const token = await instrumentOf(db, funding.customer_id);
  const sum = { leg, amount: amount.toString() };
  if (token !== null) return addLeg(db, key, { ...sum, token });
  await refuse(db, run, funding, { ...sum, refusal: 'NO_INSTRUMENT' });
  return undefined;
}

/**
 * Plans the next deduction. Two runs of one order plan one after the other, and the second finds what the first has done.
 * @param legs what the run knows of
 */
async function planLeg(
  run: FundingRun,
  funding: Funding,
  legs: number,
): Promise<FundingLegTable | undefined> {
  const { customer_id: customerId, currency, total } = funding;
  const available = await askWithin(run.signal, () =>
    run.ledger.readAvailable(customerId, currency),
  );
  return run.db.transaction().execute(async (transaction) => {
    const now = await lockFunding(transaction, keyOf(funding));
    const known = await legsOf(transaction, keyOf(funding));
    if (now?.state !== 'asked' || known.length !== legs) throw new Overtaken();
    const promised = {
      others: await relyingOthers(transaction, funding),
      leaving: await leavingOf(transaction, funding),
    };
    const amount = shortfall(total, available, promised);
    const leg = await nextLeg(transaction, keyOf(funding));
    if (amount > 0n) return addDeduction(transaction, run, funding, { leg, amount });
    await changeFunding(transaction, keyOf(funding), { state: suppliedState(known) });
    return undefined;
  });
}

/** Funds an order that was asked for. Ends when it is ready, unneeded or refused. */
export async function deduct(
  run: FundingRun,
  funding: Funding,
  legs: readonly FundingLegTable[],
): Promise<void> {
  const leg = legs.find(isUnderWay) ?? (await planLeg(run, funding, legs.length));
  if (leg !== undefined) await finishLeg(run, funding, leg);
}
