// SPDX-License-Identifier: Apache-2.0
// What one payee should have, keep back and owe, in plain arithmetic.
import { refusals, type Refusals } from './refusing.js';

/** The bank pays at most this many debts of a payee in one transaction. */
const DEBTS_A_ROLL_UP = 20;

interface Debt {
  readonly orderNumber: string;
  readonly customerId: string;
  readonly since: number;
  amount: bigint;
}

/** A payment of a debt: to whom, and how much. */
export type Paid = readonly [customerId: string, amount: bigint];

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

export class PayeeModel {
  balance = 0n;
  /** Kept back for disputes that are open. */
  withheld = 0n;
  debts: Debt[] = [];
  /** Open credit entries, summed by the second of the payment. */
  readonly #credits = new Map<number, bigint>();
  readonly #asked = new Map<string, bigint>();

  get open(): bigint {
    return [...this.#credits.values()].reduce((sum, units) => sum + units, 0n);
  }

  get owed(): bigint {
    return this.debts.reduce((sum, { amount }) => sum + amount, 0n);
  }

  /** What may be refunded or paid out. */
  get disposable(): bigint {
    return this.balance > this.withheld ? this.balance - this.withheld : 0n;
  }

  credit(now: number, amount: bigint): void {
    if (amount > 0n) this.#credits.set(now, (this.#credits.get(now) ?? 0n) + amount);
  }

  /** Takes what a decision says; what is not there is owed from now on. @returns what was there */
  take(amount: bigint, debt: Omit<Debt, 'amount'>): bigint {
    const paid = min(this.balance, amount);
    this.balance -= paid;
    if (paid < amount) this.debts.push({ ...debt, amount: amount - paid });
    return paid;
  }

  /** Sums what was credited until then, and pays debts out of it. @returns what the debts paid */
  rollUp(until: number): Paid[] {
    for (const [second, units] of [...this.#credits]) {
      if (second > until) continue;
      this.balance += units;
      this.#credits.delete(second);
    }
    return this.debts.slice(0, DEBTS_A_ROLL_UP).flatMap((debt) => this.#pay(debt));
  }

  #pay(debt: Debt): Paid[] {
    const paid = min(this.balance, debt.amount);
    this.balance -= paid;
    debt.amount -= paid;
    if (debt.amount === 0n) this.debts = this.debts.filter((each) => each !== debt);
    return paid > 0n ? [[debt.customerId, paid]] : [];
  }

  /** Whether the debts could be paid by now, out of what was credited before that time or rolled up already. */
  canPay(before: number): boolean {
    return this.balance > 0n || [...this.#credits.keys()].some((second) => second < before);
  }

  debtOf(orderNumber: string): Debt | undefined {
    return this.debts.find((debt) => debt.orderNumber === orderNumber);
  }

  /** The bank paid the customer in the payee's place. */
  forgive(debt: Debt): void {
    this.debts = this.debts.filter((each) => each !== debt);
  }

  ask(id: string, amount: bigint): void {
    this.#asked.set(id, amount);
  }

  get askedIds(): readonly string[] {
    return [...this.#asked.keys()];
  }

  /** What was asked for under an id. */
  askedFor(id: string): bigint | undefined {
    return this.#asked.get(id);
  }

  redeemRules(id: string, amount: bigint): Refusals {
    return refusals(
      [this.askedFor(id) !== amount, 'PAYOUT_NOT_REQUESTED'],
      [amount > this.disposable, 'PAYEE_FUNDS_INSUFFICIENT'],
      [this.debts.length > 0, 'PAYEE_IN_DEBT'],
    );
  }
}
