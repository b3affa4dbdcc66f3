// SPDX-License-Identifier: Apache-2.0
// What the whole ledger should hold and answer: accounts, orders, payees and what the banks made, in plain arithmetic.
import type { SupplyKind } from '@fabric-offline-pay/domain';
import { defined } from '../support/defined.js';
import { OrderModel } from './order-model.js';
import type { Movement, NewOrder, Times } from './order-shapes.js';
import { PayeeModel } from './payee-model.js';
import { refusals, type Refusals } from './refusing.js';
import { StandingModel } from './standing-model.js';

/** 18 digits are the most that an amount may have. */
const LIMIT = 10n ** 18n;

/** Above this sum the policy of the sample world asks for a second teller. */
const ISSUED_ALONE = 100_000_000n;

const NOTHING = {
  ...{ customer: 0n, merchant: 0n, logistics: 0n, debit: 0n, claim: 0n, withhold: 0n },
  ...{ about: '', takesSuccessBack: false },
};

interface Proposed {
  readonly customerId: string;
  readonly amount: bigint;
  readonly until: number;
}

export class MoneyModel {
  /** Seconds since 1970: when the command under way is made. */
  now = 0;
  readonly accounts = new Map<string, bigint>();
  readonly orders: OrderModel[] = [];
  readonly standings = new StandingModel();
  /** By kind, what the banks made and took back since the beginning. */
  readonly supply = new Map<SupplyKind, bigint>();
  /** Issues that wait for a second teller, by id. */
  readonly pending = new Map<string, Proposed>();
  readonly #times: Times;
  readonly #payees = new Map<string, PayeeModel>();
  readonly #done = new Map<string, string>();

  constructor(times: Times) {
    this.#times = times;
  }

  /** By id: parties with the same id share one balance. */
  payee(payeeId: string): PayeeModel {
    const payee = this.#payees.get(payeeId) ?? new PayeeModel();
    this.#payees.set(payeeId, payee);
    return payee;
  }

  available(customerId: string): bigint {
    return this.accounts.get(customerId) ?? 0n;
  }

  /** An order whose money comes to be held, or is refused and does nothing. */
  buy(order: NewOrder, stepsUp: boolean): Refusals {
    const { customerId, total } = order;
    const broken = [
      ...this.standings.limits(customerId, total, this.now, stepsUp),
      ...refusals([total > this.available(customerId), 'INSUFFICIENT_FUNDS']),
    ];
    if (broken.length > 0) return broken;
    this.#give(customerId, -total);
    this.standings.spend(customerId, total, this.now);
    this.orders.push(new OrderModel(order, this.#times));
    return [];
  }

  /** Does to the rest of the ledger what a step of an order does: its answer, or where its money goes. */
  apply(order: OrderModel, outcome: Movement | Refusals): Refusals {
    if (Array.isArray(outcome)) return outcome as Refusals;
    const { made } = order;
    const { entry, about, takesSuccessBack, ...money } = { ...NOTHING, ...(outcome as Movement) };
    const merchant = this.payee(made.merchantId);
    if (takesSuccessBack) this.standings.takeSuccessBack(made);
    if (entry !== undefined) this.standings.note(made, entry, about);
    merchant.balance -= money.debit;
    merchant.withheld += money.withhold;
    merchant.credit(this.now, money.merchant);
    this.payee(made.logisticsId).credit(this.now, money.logistics);
    const claimed = merchant.take(money.claim, { ...made, since: this.now });
    this.#give(made.customerId, money.customer + claimed);
    return [];
  }

  /** Above what one teller may issue, it waits for a second. */
  issue(customerId: string, id: string, amount: bigint): Refusals {
    const isAlone = amount <= ISSUED_ALONE;
    const rules = isAlone ? this.#roomFor(customerId, amount) : [];
    return this.#once(`issue ${id}`, `${customerId} ${amount}`, rules, () => {
      if (isAlone) this.#make('issue', customerId, amount);
      else this.pending.set(id, { customerId, amount, until: this.now + this.#times.voteSeconds });
    });
  }

  /** The second confirms what was proposed under the id. */
  confirmIssue(customerId: string, id: string, amount: bigint): Refusals {
    const proposed = this.pending.get(id);
    const isOther = proposed?.customerId !== customerId || proposed.amount !== amount;
    const rules = [
      ...refusals(
        [proposed === undefined, 'NOT_FOUND'],
        [proposed !== undefined && isOther, 'IDEMPOTENCY_CONFLICT'],
        [this.now >= (proposed?.until ?? Infinity), 'ISSUE_EXPIRED'],
      ),
      ...this.#roomFor(customerId, amount),
    ];
    return this.#once(`confirm ${id}`, `${customerId} ${amount}`, rules, () => {
      this.pending.delete(id);
      this.#make('issue', customerId, amount);
    });
  }

  #roomFor(customerId: string, amount: bigint): Refusals {
    return refusals([this.available(customerId) + amount >= LIMIT, 'INPUT_INVALID']);
  }

  withdraw(customerId: string, id: string, amount: bigint): Refusals {
    const short = amount > this.available(customerId);
    const rules = refusals([short, 'INSUFFICIENT_FUNDS']);
    return this.#once(`withdraw ${id}`, `${customerId} ${amount}`, rules, () => {
      this.#give(customerId, -amount);
      this.#count('withdraw', amount);
    });
  }

  rollUp(payeeId: string, until: number): Refusals {
    if (until > this.now) return ['ROLL_UP_TOO_EARLY'];
    for (const [customerId, paid] of this.payee(payeeId).rollUp(until))
      this.#give(customerId, paid);
    return [];
  }

  requestPayout(payeeId: string, id: string, amount: bigint): Refusals {
    return this.#once(`ask ${payeeId} ${id}`, `${amount}`, [], () =>
      this.payee(payeeId).ask(id, amount),
    );
  }

  redeem(payeeId: string, id: string, amount: bigint): Refusals {
    const payee = this.payee(payeeId);
    const rules = payee.redeemRules(id, amount);
    return this.#once(`redeem ${payeeId} ${id}`, `${amount}`, rules, () => {
      payee.balance -= amount;
      this.#count('redeem', amount);
    });
  }

  /** The bank pays what a merchant has owed a customer for too long. */
  bear({ made: { merchantId, orderNumber } }: OrderModel): Refusals {
    const merchant = this.payee(merchantId);
    const debt = merchant.debtOf(orderNumber);
    const due = (debt?.since ?? 0) + this.#times.debtSeconds;
    const rules = refusals(
      [debt === undefined, 'NOT_FOUND'],
      [this.now < due, 'DEBT_NOT_DUE'],
      [merchant.canPay(due), 'DEBT_PAYABLE'],
    );
    return this.#once(`bear ${merchantId} ${orderNumber}`, '', rules, () => {
      const borne = defined(debt, `debt of ${merchantId}`);
      merchant.forgive(borne);
      this.standings.blameForDebt(merchantId, this.now);
      this.#make('bear', borne.customerId, borne.amount);
    });
  }

  /** From when on the bank may bear what is owed for the order. */
  debtDue({ made: { merchantId, orderNumber } }: OrderModel): number | null {
    const debt = this.payee(merchantId).debtOf(orderNumber);
    return debt === undefined ? null : debt.since + this.#times.debtSeconds;
  }

  /** Does what has this name once: repeated with the same content it does nothing, with other content it is refused. */
  #once(name: string, content: string, rules: Refusals, effect: () => void): Refusals {
    const before = this.#done.get(name);
    if (before !== undefined) return before === content ? [] : ['IDEMPOTENCY_CONFLICT'];
    if (rules.length > 0) return rules;
    this.#done.set(name, content);
    effect();
    return [];
  }

  #make(kind: 'issue' | 'bear', customerId: string, amount: bigint): void {
    this.#count(kind, amount);
    this.#give(customerId, amount);
  }

  #count(kind: SupplyKind, amount: bigint): void {
    this.supply.set(kind, (this.supply.get(kind) ?? 0n) + amount);
  }

  #give(customerId: string, amount: bigint): void {
    this.accounts.set(customerId, this.available(customerId) + amount);
  }
}
