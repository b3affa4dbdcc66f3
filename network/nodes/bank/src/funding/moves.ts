// SPDX-License-Identifier: Apache-2.0
// Takes what was planned of an order's deductions from where it stands to its end: completes, releases or refunds it (unit 14).
import { askWithin } from '../core-banking/ask-within.js';
import { isOwnRefusal, type Answer, type CompleteRequest } from '../core-banking/core-banking.js';
import {
  OPEN_MOVE_STATES,
  type FundingLegTable,
  type MoveKind,
  type MoveState,
} from '../database/funding-tables.js';
import { HostContradicts, type FundingNews, type FundingRun } from './funding-context.js';
import { authorisationKey, requestKey, withdrawIdOf, type MoveKey } from './keys.js';
import { legsOf, movesOf, nextAttempt, setMoveState, type FundingMove } from './parts-store.js';
import { keyOf, type Funding } from './store.js';

/** One part of a deduction. */
class Move {
  readonly #run: FundingRun;
  readonly #funding: Funding;
  readonly #leg: FundingLegTable;
  #row: FundingMove;

  constructor(run: FundingRun, funding: Funding, leg: FundingLegTable, row: FundingMove) {
    this.#run = run;
    this.#funding = funding;
    this.#leg = leg;
    this.#row = row;
  }

  async finish(): Promise<void> {
    const { kind, state } = this.#row;
    if (kind === 'complete') await this.#complete('done');
    else if (state === 'keeping') await this.#complete('kept');
    else if (state === 'withdrawn' || (await this.#withdraw())) await this.#giveBack(kind);
    else if (kind === 'release') await this.#keep();
    else await this.#set('kept');
  }

  get #key(): MoveKey {
    const { leg, kind, number } = this.#row;
    return { ...keyOf(this.#row), leg, kind, number };
  }

  get #givenBack(): FundingNews {
    const { leg, kind, number, amount } = this.#row;
    return {
      ...keyOf(this.#row),
      kind: 'givenBack',
      about: [leg, kind, number].join('/'),
      customerId: this.#funding.customer_id,
      currency: this.#funding.currency,
      amount,
      reason: null,
    };
  }

  /** A request that the host must be able to carry out, since it agreed to the authorisation. @throws {HostContradicts} */
  async #request(ask: (request: CompleteRequest) => Promise<Answer>): Promise<void> {
    const { amount, attempt, state } = this.#row;
    const key = (of: number) => requestKey(this.#key, { isKept: state === 'keeping', attempt: of });
    const authorisation = authorisationKey({ ...keyOf(this.#leg), leg: this.#leg.leg });
    const request = { key: key(attempt), authorisation, amount };
    const answer = await askWithin(this.#run.signal, () => ask(request));
    if (answer.outcome === 'done') return;
    // Nobody can be asked otherwise: it stays as it is, and so does the alert.
    if (isOwnRefusal(answer.reason))
      throw new HostContradicts(`What was planned is more than was agreed to: ${answer.reason}.`);
    await nextAttempt(this.#run.db, this.#row, key(attempt + 1));
    throw new HostContradicts(`The host refused what it had agreed to: ${answer.reason}.`);
  }

  async #complete(end: 'done' | 'kept'): Promise<void> {
    await this.#request((request) => this.#run.coreBanking.complete(request));
    await this.#set(end);
  }

  /** Decided before the host is asked: while that request has no answer, the host takes no other for the authorisation. */
  async #keep(): Promise<void> {
    await this.#set('keeping');
    await this.#complete('kept');
  }

  async #withdraw(): Promise<boolean> {
    const { customer_id: customerId, currency } = this.#funding;
    const money = { customerId, currency, token: this.#leg.token, amount: this.#row.amount };
    const id = withdrawIdOf(this.#key);
    if (!(await askWithin(this.#run.signal, () => this.#run.ledger.withdraw(id, money))))
      return false;
    await this.#set('withdrawn');
    return true;
  }

  async #giveBack(kind: Exclude<MoveKind, 'complete'>): Promise<void> {
    await this.#request((request) => this.#run.coreBanking[kind](request));
    await this.#run.db.transaction().execute(async (transaction) => {
      await setMoveState(transaction, this.#row, 'done');
      await this.#run.tell?.(transaction, this.#givenBack);
    });
  }

  async #set(state: MoveState): Promise<void> {
    this.#row = await setMoveState(this.#run.db, this.#row, state);
  }
}

const isOpen = ({ state }: FundingMove): boolean => OPEN_MOVE_STATES.some((open) => open === state);

/** Finishes what was planned of an order. @throws HostUnavailable | HostUncertain | HostContradicts | Overtaken or an error of the ledger */
export async function finishMoves(run: FundingRun, funding: Funding): Promise<void> {
  const key = keyOf(funding);
  const legs = await legsOf(run.db, key);
  for (const move of await movesOf(run.db, key)) {
    const leg = legs.find(({ leg: number }) => number === move.leg);
    if (leg !== undefined && isOpen(move)) await new Move(run, funding, leg, move).finish();
  }
}
