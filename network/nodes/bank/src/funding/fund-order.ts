// SPDX-License-Identifier: Apache-2.0
// Takes one order's funding as far as it can go now (unit 14): pre-authorises what the account lacks, issues it, and later completes,
// releases or refunds it as the ledger says of the order's money. Every step may be repeated, and ends with a row before the next begins.
import type { Transaction } from 'kysely';
import { askWithin } from '../core-banking/ask-within.js';
import type { BankTables } from '../database/schema.js';
import { deduct, isUnderWay } from './deduct.js';
import type { FundingRun } from './funding-context.js';
import { finishMoves } from './moves.js';
import { addMoves, legsOf, movesOf, toLegs } from './parts-store.js';
import { planMoves, planReturn, type HoldView, type Leg, type PlannedMove } from './plan.js';
import { changeFunding, keyOf, lockFunding, type Funding } from './store.js';

/** @returns what is to be done now, by what the ledger says of the order's money; undefined while the order may still hold it */
function nextMoves(
  { clock, abandonedAfterMs }: FundingRun,
  { total, is_waiting, asked_at }: Funding,
  legs: readonly Leg[],
  hold: HoldView | null,
): PlannedMove[] | undefined {
  if (hold !== null) return planMoves(total, legs, hold);
  const isAbandoned = is_waiting && clock() - asked_at >= abandonedAfterMs;
  return isAbandoned ? planReturn(legs) : undefined;
}

async function plan(
  db: Transaction<BankTables>,
  run: FundingRun,
  { merchant_id, order_number }: Funding,
  hold: HoldView | null,
): Promise<void> {
  const key = keyOf({ merchant_id, order_number });
  const funding = await lockFunding(db, key);
  if (funding === undefined) return;
  const legs = toLegs(await legsOf(db, key), await movesOf(db, key));
  const moves = nextMoves(run, funding, legs, hold);
  if (moves === undefined) return;
  await changeFunding(db, key, { is_waiting: false });
  await addMoves(db, key, moves);
}

/**
 * Does what is to be done for an order. What the ledger says of it meanwhile is a reason to look again.
 * @throws HostUnavailable | HostUncertain | AwaitsConfirmation | HostContradicts | Overtaken or an error of the ledger: it is repeated later
 */
export async function fundOrder(run: FundingRun, funding: Funding): Promise<void> {
  const key = keyOf(funding);
  const hold = (await askWithin(run.signal, () => run.ledger.readOrder(key)))?.hold ?? null;
  if (funding.state === 'asked') {
    const legs = await legsOf(run.db, key);
    if (hold === null || legs.some(isUnderWay)) await deduct(run, funding, legs);
    else await changeFunding(run.db, key, { state: 'unneeded', is_waiting: false });
  }
  await run.db.transaction().execute((transaction) => plan(transaction, run, funding, hold));
  await finishMoves(run, funding);
}
