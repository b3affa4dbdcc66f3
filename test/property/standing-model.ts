// SPDX-License-Identifier: Apache-2.0
// What customers' histories make of them: their score, what they may pay, and when their payees are paid. All that the model
// knows of reputation and limits stands here.
import { refusals, type Refusals } from './refusing.js';

/** What an order leaves in the history of its customer. */
export type Entry = 'success' | 'dispute';

/** An order, as far as standings know it. */
interface Ordered {
  readonly customerId: string;
  readonly merchantId: string;
  readonly orderNumber: string;
}

export interface Login {
  readonly loginId: string;
  readonly expiresAt: number;
  readonly percent: bigint;
  readonly release: 'match' | 'delivery';
}

interface Payment {
  readonly amount: bigint;
  readonly at: number;
}

interface Standing {
  penalty: number;
  /** Orders that counted at a login. */
  readonly successes: Set<string>;
  readonly paid: Payment[];
  sinceStepUp: Payment[];
  /** Not counted before the next login; the same entry of an order, or of its dispute, counts once. */
  readonly pending: Map<string, { readonly order: string; readonly entry: Entry }>;
  /** Orders that no longer count from the next login on. */
  readonly takenBack: Set<string>;
}

/** What a merchant owed for so long that the bank bore it, in thousandths that halve with time. */
interface Blame {
  readonly at: number;
  readonly thousandths: number;
}

/** What the policy of the sample world lets a customer with a perfect history pay in one order, and in a window. */
const ORDER_LIMIT = 500_000n;
const WINDOW_LIMIT = 100_000_000n;
/** What may be paid in a window before both factors must be bound to an order. */
const STEP_UP_LIMIT = 100_000n;

/** A day; what was paid in a quarter of one counts until the last of it has left the window. */
const WINDOW = 86_400;
const QUARTER = 21_600;

const CLASSES = [
  { from: 80, percent: 100n, release: 'match' },
  { from: 50, percent: 50n, release: 'delivery' },
  { from: 20, percent: 20n, release: 'delivery' },
  { from: 0, percent: 5n, release: 'delivery' },
] as const;

/** What an entry of the history costs. */
const POINTS = { success: 0, dispute: 15 } as const;
const FAILED_LOGIN = 5;
const MOST_PAID_BACK = 20;

/** What a debt that the bank bore costs its merchant, whose orders are paid at delivery below the second score. */
const DEBT_POINTS = 20;
const TRUSTED_SCORE = 80;
const HALF_LIFE = 180 * 86_400;

const nameOf = ({ merchantId, orderNumber }: Ordered): string => `${merchantId} ${orderNumber}`;

const quarterOf = ({ at }: Payment): number => Math.floor(at / QUARTER);

const lastWith = (payments: readonly Payment[], payment: Payment): number =>
  Math.max(
    ...payments.filter((each) => quarterOf(each) === quarterOf(payment)).map(({ at }) => at),
  );

const counted = (payments: readonly Payment[], now: number): bigint =>
  payments
    .filter((payment) => lastWith(payments, payment) > now - WINDOW)
    .reduce((sum, { amount }) => sum + amount, 0n);

export class StandingModel {
  readonly #logins = new Map<string, Login>();
  readonly #standings = new Map<string, Standing>();
  readonly #blames = new Map<string, Blame>();

  enrol(customerId: string, failedLogins: number): void {
    const penalty = failedLogins * FAILED_LOGIN;
    this.#standings.set(customerId, {
      ...{ penalty, paid: [], sinceStepUp: [] },
      ...{ successes: new Set(), pending: new Map(), takenBack: new Set() },
    });
  }

  /** Folds the history, and sets the limits by it. */
  login(customerId: string, loginId: string, expiresAt: number): void {
    const standing = this.#standing(customerId);
    for (const order of standing.takenBack) standing.successes.delete(order);
    standing.takenBack.clear();
    for (const { order, entry } of standing.pending.values()) {
      standing.penalty += POINTS[entry];
      if (entry === 'success') standing.successes.add(order);
    }
    standing.pending.clear();
    const paidBack = Math.min(standing.successes.size, MOST_PAID_BACK);
    const score = Math.max(0, 100 - Math.max(0, standing.penalty - paidBack));
    const { percent, release } = CLASSES.find(({ from }) => score >= from) ?? CLASSES[3];
    this.#logins.set(customerId, { loginId, expiresAt, percent, release });
  }

  /** @param about which dispute of the order the entry is about; empty for the order itself */
  note(ordered: Ordered, entry: Entry, about: string): void {
    const order = nameOf(ordered);
    this.#standing(ordered.customerId).pending.set(`${order}${about} ${entry}`, { order, entry });
  }

  /** Money of the order went back. */
  takeSuccessBack(ordered: Ordered): void {
    const { pending, takenBack } = this.#standing(ordered.customerId);
    const order = nameOf(ordered);
    if (!pending.delete(`${order} success`)) takenBack.add(order);
  }

  /** The bank bore what the merchant owed. */
  blameForDebt(merchantId: string, now: number): void {
    this.#blames.set(merchantId, { at: now, thousandths: this.#blameOf(merchantId, now) + 1000 });
  }

  #blameOf(merchantId: string, now: number): number {
    const { at, thousandths } = this.#blames.get(merchantId) ?? { at: now, thousandths: 0 };
    const halvings = Math.floor(now / HALF_LIFE) - Math.floor(at / HALF_LIFE);
    return Math.floor(thousandths / 2 ** halvings);
  }

  /** When the payees of an order are paid: as the customer's login says, or at delivery for a merchant that is blamed. */
  releaseFor(customerId: string, merchantId: string, now: number): 'match' | 'delivery' {
    const lost = Math.floor((DEBT_POINTS * this.#blameOf(merchantId, now)) / 1000);
    return 100 - lost < TRUSTED_SCORE ? 'delivery' : this.loginOf(customerId).release;
  }

  loginOf(customerId: string): Login {
    const login = this.#logins.get(customerId);
    if (login === undefined) throw new Error(`${customerId} never logged in`);
    return login;
  }

  /** What counts in the window that ends now. */
  spendingOf(customerId: string, now: number): { spent: bigint; sinceStepUp: bigint } {
    const { paid, sinceStepUp } = this.#standing(customerId);
    return { spent: counted(paid, now), sinceStepUp: counted(sinceStepUp, now) };
  }

  #needsStepUp(customerId: string, total: bigint, now: number): boolean {
    return this.spendingOf(customerId, now).sinceStepUp + total > STEP_UP_LIMIT;
  }

  /** Why the customer may not pay so much now. */
  limits(customerId: string, total: bigint, now: number, stepsUp: boolean): Refusals {
    const { percent } = this.loginOf(customerId);
    const { spent } = this.spendingOf(customerId, now);
    return refusals(
      [total > (ORDER_LIMIT * percent) / 100n, 'LIMIT_EXCEEDED'],
      [spent + total > (WINDOW_LIMIT * percent) / 100n, 'LIMIT_EXCEEDED'],
      [!stepsUp && this.#needsStepUp(customerId, total, now), 'STEP_UP_REQUIRED'],
    );
  }

  /** The customer pays so much now. */
  spend(customerId: string, amount: bigint, now: number): void {
    const standing = this.#standing(customerId);
    const payment = { amount, at: now };
    const steppedUp = this.#needsStepUp(customerId, amount, now);
    standing.paid.push(payment);
    standing.sinceStepUp = steppedUp ? [] : [...standing.sinceStepUp, payment];
  }

  #standing(customerId: string): Standing {
    const standing = this.#standings.get(customerId);
    if (standing === undefined) throw new Error(`no customer ${customerId}`);
    return standing;
  }
}
