// SPDX-License-Identifier: Apache-2.0
// What the whole ledger should hold and answer: accounts, orders, payees and customers' standing, in plain arithmetic.
import { OrderModel, refusals, type Movement, type NewOrder, type Refusals } from './order-model';

/** 18 digits are the most that an amount may have. */
const LIMIT = 10n ** 18n;

/** What the policy of the sample world lets a customer with a perfect history pay in one order. */
const ORDER_LIMIT = 500_000n;

type Entry = NonNullable<Movement['entry']>;

interface Standing {
  penalty: number;
  /** Orders that counted at a login. */
  readonly successes: Set<string>;
  /** Not counted before the next login: an order leaves at most one entry of a kind. */
  readonly pending: Map<string, { readonly orderNumber: string; readonly entry: Entry }>;
  /** Orders that count no more from the next login on. */
  readonly takenBack: Set<string>;
}

export interface Login {
  readonly loginId: string;
  readonly expiresAt: number;
  readonly percent: bigint;
  readonly release: 'match' | 'delivery';
}

interface PayeeModel {
  checkpoint: bigint;
  /** Open credit entries, summed by the second of the payment. */
  readonly credits: Map<number, bigint>;
}

const CLASSES = [
  { from: 80, percent: 100n, release: 'match' },
  { from: 50, percent: 50n, release: 'delivery' },
  { from: 20, percent: 20n, release: 'delivery' },
  { from: 0, percent: 5n, release: 'delivery' },
] as const;

/** What an entry of the history costs. */
const POINTS = { success: 0, dispute: 15 } as const;
const MOST_PAID_BACK = 20;

export class MoneyModel {
  /** Seconds since 1970: when the command under way is made. */
  now = 0;
  readonly accounts = new Map<string, bigint>();
  readonly orders: OrderModel[] = [];
  readonly payees: Readonly<Record<'merchant' | 'logistics', PayeeModel>> = {
    merchant: { checkpoint: 0n, credits: new Map() },
    logistics: { checkpoint: 0n, credits: new Map() },
  };
  readonly logins = new Map<string, Login>();
  readonly #standings = new Map<string, Standing>();
  readonly #supply = new Map<string, string>();

  enrol(customerId: string, penalty: number): void {
    this.#standings.set(customerId, {
      penalty,
      successes: new Set(),
      pending: new Map(),
      takenBack: new Set(),
    });
  }

  login(customerId: string, loginId: string, expiresAt: number): void {
    const standing = this.#standing(customerId);
    for (const orderNumber of standing.takenBack) standing.successes.delete(orderNumber);
    standing.takenBack.clear();
    for (const { orderNumber, entry } of standing.pending.values()) {
      standing.penalty += POINTS[entry];
      if (entry === 'success') standing.successes.add(orderNumber);
    }
    standing.pending.clear();
    const paidBack = Math.min(standing.successes.size, MOST_PAID_BACK);
    const score = Math.max(0, 100 - Math.max(0, standing.penalty - paidBack));
    const { percent, release } = CLASSES.find(({ from }) => score >= from) ?? CLASSES[3];
    this.logins.set(customerId, { loginId, expiresAt, percent, release });
  }

  issue(customerId: string, id: string, amount: bigint): Refusals {
    const key = `issue ${id}`;
    const before = this.#supply.get(key);
    const content = `${customerId} ${amount}`;
    if (before !== undefined) return before === content ? [] : ['IDEMPOTENCY_CONFLICT'];
    const broken = refusals([this.#available(customerId) + amount >= LIMIT, 'INPUT_INVALID']);
    if (broken.length > 0) return broken;
    this.#supply.set(key, content);
    this.#credit(customerId, amount);
    return [];
  }

  /** An order whose money comes to be held, or is refused and does nothing. */
  buy(order: NewOrder): Refusals {
    const { customerId, total } = order;
    const percent = this.logins.get(customerId)?.percent ?? 0n;
    const broken = refusals(
      [total > (ORDER_LIMIT * percent) / 100n, 'LIMIT_EXCEEDED'],
      [total > this.#available(customerId), 'INSUFFICIENT_FUNDS'],
    );
    if (broken.length > 0) return broken;
    this.#credit(customerId, -total);
    const bought = new OrderModel(order);
    this.orders.push(bought);
    return [];
  }

  /** Does to the rest of the ledger what a step of an order does: its answer, or where its money goes. */
  apply(order: OrderModel, outcome: Movement | Refusals): Refusals {
    if (Array.isArray(outcome)) return outcome as Refusals;
    const { customer = 0n, merchant = 0n, logistics = 0n, debit = 0n } = outcome as Movement;
    const { entry, takesSuccessBack = false } = outcome as Movement;
    if (takesSuccessBack) this.#takeBack(order.made);
    if (entry !== undefined) this.#note(order.made, entry);
    this.#credit(order.made.customerId, customer);
    this.payees.merchant.checkpoint -= debit;
    this.#creditPayee('merchant', merchant);
    this.#creditPayee('logistics', logistics);
    return [];
  }

  rollUp(payee: 'merchant' | 'logistics', until: number): Refusals {
    if (until > this.now) return ['ROLL_UP_TOO_EARLY'];
    const row = this.payees[payee];
    for (const [second, units] of [...row.credits]) {
      if (second > until) continue;
      row.checkpoint += units;
      row.credits.delete(second);
    }
    return [];
  }

  redeem(payee: 'merchant' | 'logistics', id: string, amount: bigint): Refusals {
    const before = this.#supply.get(`redeem ${id}`);
    const content = `${payee} ${amount}`;
    if (before !== undefined) return before === content ? [] : ['IDEMPOTENCY_CONFLICT'];
    const row = this.payees[payee];
    if (amount > row.checkpoint) return ['PAYEE_FUNDS_INSUFFICIENT'];
    row.checkpoint -= amount;
    this.#supply.set(`redeem ${id}`, content);
    return [];
  }

  #standing(customerId: string): Standing {
    const standing = this.#standings.get(customerId);
    if (standing === undefined) throw new Error(`no customer ${customerId}`);
    return standing;
  }

  #note({ customerId, orderNumber }: NewOrder, entry: Entry): void {
    const { pending } = this.#standing(customerId);
    pending.set(`${orderNumber} ${entry}`, { orderNumber, entry });
  }

  #takeBack({ customerId, orderNumber }: NewOrder): void {
    const { pending, takenBack } = this.#standing(customerId);
    if (!pending.delete(`${orderNumber} success`)) takenBack.add(orderNumber);
  }

  #available(customerId: string): bigint {
    return this.accounts.get(customerId) ?? 0n;
  }

  #credit(customerId: string, amount: bigint): void {
    this.accounts.set(customerId, this.#available(customerId) + amount);
  }

  #creditPayee(payee: 'merchant' | 'logistics', amount: bigint): void {
    const { credits } = this.payees[payee];
    if (amount > 0n) credits.set(this.now, (credits.get(this.now) ?? 0n) + amount);
  }
}
