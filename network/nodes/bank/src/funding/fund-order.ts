// SPDX-License-Identifier: Apache-2.0
// Takes one order's funding as far as it can go now (unit 14): pre-authorises what the account lacks, issues it, and later completes,
// releases or refunds it as the ledger says of the order's money. Every step may be repeated, and ends with a row before the next begins.
import type { OrderKey } from '@fabric-offline-pay/domain';
import type { Transaction } from 'kysely';
import type { Answer, CoreBanking } from '../core-banking/core-banking.js';
import type { BankDatabase, BankTables } from '../database/schema.js';
import type { FundingKind } from '../messages/kinds.js';
import type { FundingLedger } from './funding-ledger.js';
import { authorisationKey, issueIdOf, moveKey, withdrawIdOf, type MoveKey } from './keys.js';
import { planMoves, planReturn, shortfall, type HoldView } from './plan.js';
import {
  addLeg,
  addMoves,
  changeFunding,
  instrumentOf,
  keyOf,
  legsOf,
  movesOf,
  readyOthers,
  setLegState,
  setMoveState,
  toLegs,
  type Funding,
} from './store.js';
import {
  OPEN_LEG_STATES,
  OPEN_MOVE_STATES,
  type FundingLegTable,
  type FundingMoveTable,
} from '../database/funding-tables.js';

/** What a customer is told of a funding. */
export interface FundingNews extends OrderKey {
  readonly kind: FundingKind;
  /** Natural: tells it from other news of this kind and order. */
  readonly about: string;
  readonly customerId: string;
  readonly currency: string;
  /** Minor units. */
  readonly amount: string;
  /** A code, when it was declined. */
  readonly reason: string | null;
}

export type TellCustomer = (
  transaction: Transaction<BankTables>,
  news: FundingNews,
) => Promise<void>;

/** What funding uses. */
export interface FundingContext {
  readonly db: BankDatabase;
  readonly ledger: FundingLedger;
  readonly coreBanking: CoreBanking;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Tells the customer, in the transaction that has the reason. Without it nobody is told. */
  readonly tell?: TellCustomer;
  /** After this, an order that was funded and never held its money gives it back. */
  readonly abandonedAfterMs: number;
}

/** A second person of the bank must confirm the issue; then the same call goes on. */
export class AwaitsConfirmation extends Error {
  override readonly name = 'AwaitsConfirmation';
  readonly code = 'AWAITS_CONFIRMATION';
}

/** The host refused what it had agreed to. Somebody must look at it; it is tried again meanwhile. */
export class HostContradicts extends Error {
  override readonly name = 'HostContradicts';
  readonly code = 'HOST_CONTRADICTS';
}

const legKeyOf = (row: FundingLegTable) => ({ ...keyOf(row), leg: row.leg });

const moneyOf = ({ customer_id, currency }: Funding, { token, amount }: FundingLegTable) => ({
  customerId: customer_id,
  currency,
  token,
  amount,
});

/** What was asked of the instrument, or would have been. */
interface Declined {
  readonly refusal: string;
  readonly leg: number;
  readonly amount: string;
}

async function refuse(
  { db, tell }: FundingContext,
  funding: Funding,
  { refusal, leg, amount }: Declined,
): Promise<void> {
  const { customer_id: customerId, currency } = funding;
  const news = { ...keyOf(funding), customerId, currency, amount, reason: refusal } as const;
  await db.transaction().execute(async (transaction) => {
    const refused = { state: 'refused', refusal, is_waiting: false } as const;
    await changeFunding(transaction, keyOf(funding), refused);
    await tell?.(transaction, { ...news, kind: 'declined', about: leg.toString() });
  });
}

/** @returns whether the host reserved the money. */
async function authorise(
  context: FundingContext,
  funding: Funding,
  leg: FundingLegTable,
): Promise<boolean> {
  const { token, amount } = leg;
  const key = authorisationKey(legKeyOf(leg));
  const { currency } = funding;
  const answer = await context.coreBanking.authorise({ key, token, currency, amount });
  await setLegState(context.db, leg, answer.outcome === 'done' ? 'authorised' : 'refused');
  if (answer.outcome === 'refused')
    await refuse(context, funding, { ...leg, refusal: answer.reason });
  return answer.outcome === 'done';
}

async function issue(
  { db, ledger }: FundingContext,
  funding: Funding,
  leg: FundingLegTable,
): Promise<void> {
  if (!(await ledger.issue(issueIdOf(legKeyOf(leg)), moneyOf(funding, leg))))
    throw new AwaitsConfirmation('A second person must confirm the issue.');
  await setLegState(db, leg, 'issued');
}

/** Finishes the deduction that is under way. @returns whether the money is on the account */
async function finishLeg(
  context: FundingContext,
  funding: Funding,
  leg: FundingLegTable,
): Promise<boolean> {
  if (leg.state === 'planned' && !(await authorise(context, funding, leg))) return false;
  await issue(context, funding, leg);
  return true;
}

const isUnderWay = ({ state }: FundingLegTable): boolean =>
  OPEN_LEG_STATES.some((open) => open === state);

/** @returns a new deduction for what the account lacks; undefined when it lacks nothing, or there is no instrument. */
async function planLeg(
  context: FundingContext,
  funding: Funding,
  legs: number,
): Promise<FundingLegTable | undefined> {
  const { db, ledger } = context;
  const { customer_id: customerId, currency, total } = funding;
  const available = await ledger.readAvailable(customerId, currency);
  const amount = shortfall(total, available, await readyOthers(db, funding));
  if (amount === 0n) {
    const state = legs === 0 ? 'unneeded' : 'ready';
    await changeFunding(db, keyOf(funding), { state });
    return undefined;
  }
  const token = await instrumentOf(db, customerId);
  if (token !== null)
    return addLeg(db, keyOf(funding), { leg: legs + 1, token, amount: amount.toString() });
  const refusal = { refusal: 'NO_INSTRUMENT', leg: legs + 1, amount: amount.toString() };
  await refuse(context, funding, refusal);
  return undefined;
}

/** Funds an order that was asked for. Ends when it is ready, unneeded or refused. */
async function fund(
  context: FundingContext,
  funding: Funding,
  legs: readonly FundingLegTable[],
): Promise<void> {
  const leg = legs.find(isUnderWay) ?? (await planLeg(context, funding, legs.length));
  if (leg !== undefined && (await finishLeg(context, funding, leg)))
    await changeFunding(context.db, keyOf(funding), { state: 'ready' });
}

/** A request that the host must be able to carry out, since it agreed to the authorisation. */
async function carryOut(answer: Promise<Answer>): Promise<void> {
  const given = await answer;
  if (given.outcome === 'refused')
    throw new HostContradicts(`The host refused what it had agreed to: ${given.reason}.`);
}

/** One part of a deduction, from where it stands to its end. */
class Move {
  readonly #context: FundingContext;
  readonly #funding: Funding;
  readonly #leg: FundingLegTable;
  readonly #move: FundingMoveTable;

  constructor(
    context: FundingContext,
    funding: Funding,
    leg: FundingLegTable,
    move: FundingMoveTable,
  ) {
    this.#context = context;
    this.#funding = funding;
    this.#leg = leg;
    this.#move = move;
  }

  async finish(): Promise<void> {
    const { kind, state } = this.#move;
    if (kind === 'complete') await this.#complete('done');
    else if (state === 'keeping') await this.#complete('kept');
    else if (state === 'withdrawn' || (await this.#withdraw())) await this.#reverse();
    else if (kind === 'release') await this.#keep();
    else await this.#end('kept');
  }

  get #key(): MoveKey {
    const { leg, kind, number } = this.#move;
    return { ...keyOf(this.#move), leg, kind, number };
  }

  get #givenBack(): FundingNews {
    const { leg, kind, number, amount } = this.#move;
    return {
      ...keyOf(this.#move),
      kind: 'givenBack',
      about: [leg, kind, number].join('/'),
      customerId: this.#funding.customer_id,
      currency: this.#funding.currency,
      amount,
      reason: null,
    };
  }

  get #request() {
    const authorisation = authorisationKey(legKeyOf(this.#leg));
    return { key: moveKey(this.#key), authorisation, amount: this.#move.amount };
  }

  async #complete(end: 'done' | 'kept'): Promise<void> {
    const request = this.#request;
    // What is kept is another request than the reversal that was planned.
    const key = end === 'kept' ? `${request.key}/kept` : request.key;
    await carryOut(this.#context.coreBanking.complete({ ...request, key }));
    await this.#end(end);
  }

  /** Decided before the host is asked: while that request has no answer, the host takes no other for the authorisation. */
  async #keep(): Promise<void> {
    await this.#end('keeping');
    await this.#complete('kept');
  }

  async #withdraw(): Promise<boolean> {
    const money = { ...moneyOf(this.#funding, this.#leg), amount: this.#move.amount };
    if (!(await this.#context.ledger.withdraw(withdrawIdOf(this.#key), money))) return false;
    await this.#end('withdrawn');
    return true;
  }

  async #reverse(): Promise<void> {
    await carryOut(this.#context.coreBanking.reverse(this.#request));
    await this.#context.db.transaction().execute(async (transaction) => {
      await setMoveState(transaction, this.#move, 'done');
      await this.#context.tell?.(transaction, this.#givenBack);
    });
  }

  #end(state: FundingMoveTable['state']): Promise<void> {
    return setMoveState(this.#context.db, this.#move, state);
  }
}

const isOpen = ({ state }: FundingMoveTable): boolean =>
  OPEN_MOVE_STATES.some((open) => open === state);

async function finishMoves(context: FundingContext, funding: Funding): Promise<void> {
  const key = keyOf(funding);
  const legs = await legsOf(context.db, key);
  for (const move of await movesOf(context.db, key)) {
    const leg = legs.find(({ leg: number }) => number === move.leg);
    if (leg !== undefined && isOpen(move)) await new Move(context, funding, leg, move).finish();
  }
}

/** What is to be done now, by what the ledger says of the order's money. */
async function planNext(
  { db, clock, abandonedAfterMs }: FundingContext,
  funding: Funding,
  hold: HoldView | null,
): Promise<void> {
  const key = keyOf(funding);
  const legs = toLegs(await legsOf(db, key), await movesOf(db, key));
  if (hold !== null) {
    await changeFunding(db, key, { is_waiting: false });
    await addMoves(db, key, planMoves(funding.total, legs, hold));
  } else if (clock() - funding.asked_at >= abandonedAfterMs) {
    await changeFunding(db, key, { is_waiting: false });
    await addMoves(db, key, planReturn(legs));
  }
}

/**
 * Does what is to be done for an order. What the ledger says of it meanwhile is a reason to look again.
 * @throws HostUnavailable | HostUncertain | AwaitsConfirmation | HostContradicts or an error of the ledger: it is repeated later
 */
export async function fundOrder(context: FundingContext, funding: Funding): Promise<void> {
  const key = keyOf(funding);
  const hold = (await context.ledger.readOrder(key))?.hold ?? null;
  if (funding.state === 'asked') {
    const legs = await legsOf(context.db, key);
    if (hold === null || legs.some(isUnderWay)) await fund(context, funding, legs);
    else await changeFunding(context.db, key, { state: 'unneeded', is_waiting: false });
  }
  await planNext(context, funding, hold);
  await finishMoves(context, funding);
}
