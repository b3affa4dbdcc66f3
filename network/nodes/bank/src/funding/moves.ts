// SPDX-License-Identifier: Apache-2.0
// Takes what was planned of an order's deductions from where it stands to its end: completes, releases or refunds it (unit 14).
import type { Transaction } from 'kysely';
import { askWithin } from '../core-banking/ask-within.js';
import { isOwnRefusal } from '../core-banking/core-banking.js';
import type { FundingLegTable, MoveKind, MoveState } from '../database/funding-tables.js';
import type { BankTables } from '../database/schema.js';
import { HostContradicts, type FundingNews, type FundingRun } from './funding-context.js';
import { authorisationKey, requestKey, withdrawIdOf, type MoveKey } from './keys.js';
import {
  addRest,
  isOpen,
  legsOf,
  movesOf,
  nextAttempt,
  setMoveState,
  toLegs,
  withHostKinds,
  type FundingMove,
} from './parts-store.js';
import { refit, type Fitted } from './refit.js';
import { keyOf, lockFunding, type Funding } from './store.js';

type Tables = Transaction<BankTables>;

/** Of a part of which the host has nothing to do any more. */
const NOTHING = '0';

/** One part of a deduction. */
class Move {
  readonly #run: FundingRun;
  readonly #funding: Funding;
  readonly #leg: FundingLegTable;
  #row: FundingMove;
  #isRefitted = false;

  constructor(run: FundingRun, funding: Funding, leg: FundingLegTable, row: FundingMove) {
    this.#run = run;
    this.#funding = funding;
    this.#leg = leg;
    this.#row = row;
  }

  /** Whether the host was asked otherwise than was planned. */
  get isRefitted(): boolean {
    return this.#isRefitted;
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

  #hostKey(attempt: number): string {
    return requestKey(this.#key, { isKept: this.#row.state === 'keeping', attempt });
  }

  /** A request that the host must be able to carry out, since it agreed to the authorisation. @throws {HostContradicts} */
  async #request(kind: MoveKind): Promise<void> {
    const { amount, attempt } = this.#row;
    if (amount === NOTHING) return;
    const authorisation = authorisationKey({ ...keyOf(this.#leg), leg: this.#leg.leg });
    const request = { key: this.#hostKey(attempt), authorisation, amount };
    const answer = await askWithin(this.#run.signal, () => this.#run.coreBanking[kind](request));
    if (answer.outcome === 'done') return;
    if (isOwnRefusal(answer.reason)) {
      const other = this.#isRefitted ? undefined : await this.#refit(kind);
      // Nobody can be asked otherwise: it stays as it is, and so does the alert.
      if (other === undefined)
        throw new HostContradicts(`What was planned is more than was agreed to: ${answer.reason}.`);
      this.#isRefitted = true;
      await this.#request(other);
      return;
    }
    await this.#nextAttempt();
    throw new HostContradicts(`The host refused what it had agreed to: ${answer.reason}.`);
  }

  async #nextAttempt(db = this.#run.db, amount = this.#row.amount): Promise<void> {
    const hostKey = this.#hostKey(this.#row.attempt + 1);
    this.#row = await nextAttempt(db, this.#row, { hostKey, amount });
  }

  /**
   * Of a deduction of which a host did otherwise than was planned, what was planned before that was noticed is asked for as it can be.
   * @returns how; undefined when the host cannot be asked otherwise
   */
  #refit(kind: MoveKind): Promise<MoveKind | undefined> {
    return this.#run.db.transaction().execute(async (transaction) => {
      // What is left depends on the other parts, and the rest becomes one of them.
      await lockFunding(transaction, keyOf(this.#funding));
      return this.#refitLocked(transaction, kind);
    });
  }

  async #refitLocked(db: Tables, kind: MoveKind): Promise<MoveKind | undefined> {
    const all = await withHostKinds(db, await movesOf(db, keyOf(this.#funding)));
    const ofLeg = all.filter(({ leg }) => leg === this.#leg.leg);
    if (!ofLeg.some((move) => move.hostKind !== move.kind)) return undefined;
    const isThis = (move: FundingMove): boolean =>
      move.kind === this.#row.kind && move.number === this.#row.number;
    const asked = ofLeg.find((move) => isThis(move) && move.isAsked);
    if (asked !== undefined) return kind === 'complete' ? undefined : asked.hostKind;
    const [others] = toLegs(
      [this.#leg],
      ofLeg.filter((move) => !isThis(move) && (move.isAsked || !isOpen(move))),
    );
    const fitted = others && refit({ kind, amount: BigInt(this.#row.amount) }, others);
    if (fitted !== undefined) await this.#fit(db, fitted);
    return fitted?.kind;
  }

  /** At once: the rest left the ledger with this part, and nothing else would give it back. */
  async #fit(db: Tables, { amount, rest }: Fitted): Promise<void> {
    const { leg } = this.#row;
    if (rest !== null) await addRest(db, this.#row, { leg, ...rest });
    await this.#nextAttempt(db, amount.toString());
  }

  async #complete(end: 'done' | 'kept'): Promise<void> {
    await this.#request('complete');
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
    await this.#request(kind);
    await this.#run.db.transaction().execute(async (transaction) => {
      await setMoveState(transaction, this.#row, 'done');
      await this.#run.tell?.(transaction, this.#givenBack);
    });
  }

  async #set(state: MoveState): Promise<void> {
    this.#row = await setMoveState(this.#run.db, this.#row, state);
  }
}

/**
 * Finishes what was planned of an order.
 * @returns whether a part was asked for otherwise than it was planned: others are to be planned then
 * @throws HostUnavailable | HostUncertain | HostContradicts | Overtaken or an error of the ledger
 */
export async function finishMoves(run: FundingRun, funding: Funding): Promise<boolean> {
  const key = keyOf(funding);
  const legs = await legsOf(run.db, key);
  let isRefitted = false;
  for (const row of await movesOf(run.db, key)) {
    const leg = legs.find(({ leg: number }) => number === row.leg);
    if (leg === undefined || !isOpen(row)) continue;
    const move = new Move(run, funding, leg, row);
    await move.finish();
    isRefitted ||= move.isRefitted;
  }
  return isRefitted;
}
