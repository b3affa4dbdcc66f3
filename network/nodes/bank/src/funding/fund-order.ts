// SPDX-License-Identifier: Apache-2.0
// Takes one order's funding as far as it can go now (unit 14): pre-authorises what the account lacks, issues it, and later completes,
// releases or refunds it as the ledger says of the order's money. Every step may be repeated, and ends with a row before the next begins.
import type { Transaction } from 'kysely';
import { askWithin } from '../core-banking/ask-within.js';
import type { BankDatabase, BankTables } from '../database/schema.js';
import type { FundingLegTable } from '../database/funding-tables.js';
import { deduct } from './deduct.js';
import type { FundingRun } from './funding-context.js';
import { abandonedAs, heldAs, isIssued, isUnderWay } from './leg-states.js';
import { finishMoves } from './moves.js';
import {
  addMoves,
  isOpen,
  legsOf,
  movesOf,
  setLegState,
  toLegs,
  withHostKinds,
  type AskedMove,
} from './parts-store.js';
import { planMoves, planReturn, type HoldView } from './plan.js';
import { isToRefit } from './refit.js';
import { changeFunding, keyOf, lockFunding, type Funding } from './store.js';

/** It was funded, or refused in part, and never held its money. */
const isAbandoned = (
  { clock, abandonedAfterMs }: FundingRun,
  { is_waiting, asked_at }: Funding,
): boolean => is_waiting && clock() - asked_at >= abandonedAfterMs;

const partsOf = async (db: BankDatabase, funding: Funding): Promise<AskedMove[]> =>
  withHostKinds(db, await movesOf(db, keyOf(funding)));

/** Everything goes back. What the order holds later is funded anew. */
async function giveBack(
  db: Transaction<BankTables>,
  funding: Funding,
  legs: readonly FundingLegTable[],
): Promise<void> {
  const key = keyOf(funding);
  await addMoves(db, key, planReturn(toLegs(legs, await partsOf(db, funding))));
  for (const leg of legs.filter(isIssued)) await setLegState(db, leg, 'returned');
  await changeFunding(db, key, { ...abandonedAs(funding.state), is_waiting: false });
}

/**
 * What is asked for otherwise than it was planned leaves other room than it was planned with. Until that is known nothing is added: a part could be
 * more than its deduction has, while another deduction has what it would need.
 * @returns whether it was planned
 */
async function planHeld(
  db: Transaction<BankTables>,
  funding: Funding,
  legs: readonly FundingLegTable[],
  hold: HoldView,
): Promise<boolean> {
  const key = keyOf(funding);
  await changeFunding(db, key, { ...heldAs(funding.state, legs), is_waiting: false });
  const parts = await partsOf(db, funding);
  const planned = toLegs(legs, parts);
  if (isToRefit(planned, parts.filter(isOpen))) return false;
  await addMoves(db, key, planMoves(funding.total, planned, hold));
  return true;
}

/**
 * Plans what is to be done now, by what the ledger says of the order's money: nothing while the order may still hold it.
 * @returns false when what was planned before must be finished first
 */
async function plan(
  db: Transaction<BankTables>,
  run: FundingRun,
  before: Funding,
  hold: HoldView | null,
): Promise<boolean> {
  const key = keyOf(before);
  const funding = await lockFunding(db, key);
  if (funding === undefined) return true;
  const legs = await legsOf(db, key);
  if (hold !== null) return planHeld(db, funding, legs, hold);
  if (isAbandoned(run, funding) && !legs.some(isUnderWay)) await giveBack(db, funding, legs);
  return true;
}

/** What was begun is finished. Nothing is begun for an order that has what it needs, or for which nobody waits any more. */
async function supply(run: FundingRun, funding: Funding, hold: HoldView | null): Promise<void> {
  const legs = await legsOf(run.db, keyOf(funding));
  const isOver = hold !== null || isAbandoned(run, funding);
  if (!isOver || legs.some(isUnderWay)) await deduct(run, funding, legs);
}

/**
 * Does what is to be done for an order. What the ledger says of it meanwhile is a reason to look again.
 * @throws HostUnavailable | HostUncertain | AwaitsConfirmation | HostContradicts | Overtaken or an error of the ledger: it is repeated later
 */
export async function fundOrder(run: FundingRun, funding: Funding): Promise<void> {
  const key = keyOf(funding);
  const { merchantId, orderNumber, customerId } = key;
  const order = await askWithin(run.signal, () =>
    run.ledger.readOrder({ merchantId, orderNumber }),
  );
  // What another customer holds under the same number is not paid by this one.
  const hold = order?.customerId === customerId ? order.hold : null;
  if (funding.state === 'asked') await supply(run, funding, hold);
  const planNow = () =>
    run.db.transaction().execute((transaction) => plan(transaction, run, funding, hold));
  let isPlanned = await planNow();
  while ((await finishMoves(run, funding)) || !isPlanned) isPlanned = await planNow();
}
