// SPDX-License-Identifier: Apache-2.0
// What one order should hold and answer, in plain arithmetic written down a second time: it shares no code with the domain.
import type { ErrorCode } from '@fabric-offline-pay/domain';

/** Why a step should be refused: any of these codes. None: it should be done. */
export type Refusals = readonly ErrorCode[];

export const refusals = (...rules: readonly (readonly [broken: boolean, code: ErrorCode])[]) =>
  rules.filter(([broken]) => broken).map(([, code]) => code);

/** Where money of an order goes when a step is done. */
export interface Movement {
  readonly customer?: bigint;
  readonly merchant?: bigint;
  readonly logistics?: bigint;
  /** Out of the merchant's checkpoint. */
  readonly debit?: bigint;
  /** What the customer's history gets. */
  readonly entry?: 'success' | 'dispute';
  /** Money goes back, so that a success is none any more. */
  readonly takesSuccessBack?: true;
}

export interface NewOrder {
  readonly orderNumber: string;
  readonly customerId: string;
  readonly total: bigint;
  readonly fee: bigint;
  readonly expiresAt: number;
  readonly release: 'match' | 'delivery';
  readonly way: 'stepwise' | 'express';
  /** The logistics company's statement differs: comparing ends in an alarm, and nothing counts against the customer. */
  readonly faulty: boolean;
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const HELD = ['categoryChecked', 'matched', 'blocked'];
const PAID = ['captured', 'released', 'refunded'];

export class OrderModel {
  state: string;
  verification: string;
  delivery = 'awaiting';
  voided = 0n;
  captured = 0n;
  released = 0n;
  refunded = 0n;
  refundedHeld = 0n;
  #disputedFrom: string | null = null;
  #alarmWaits = true;
  readonly #captures = new Set<string>();
  readonly #refunds = new Set<string>();
  readonly #done = new Map<string, string>();

  constructor(readonly made: NewOrder) {
    const compared = made.way === 'stepwise';
    this.state = !compared ? 'categoryChecked' : made.faulty ? 'blocked' : 'matched';
    this.verification = !compared ? 'none' : made.faulty ? 'alarm' : 'clean';
  }

  get uncaptured(): bigint {
    return this.made.total - this.captured - this.voided;
  }

  get standing(): bigint {
    return this.made.total - this.voided - this.released - this.refundedHeld;
  }

  /** The merchant's part of what was captured and not refunded. */
  get refundable(): bigint {
    const rest = this.captured - min(this.captured, this.made.fee) - this.refunded;
    return rest > 0n ? rest : 0n;
  }

  /** Refunds come out of the merchant's balance, no longer out of the hold. */
  get isPaidOut(): boolean {
    return this.made.release === 'match' || this.released > 0n;
  }

  get #unreleased(): bigint {
    return this.captured - this.released - this.refundedHeld;
  }

  /** Runs a step of this name once: repeated with the same content it does nothing, with other content it is refused. */
  once(
    step: string,
    content: string,
    rules: Refusals,
    effect: () => Movement,
  ): Movement | Refusals {
    const before = this.#done.get(step);
    if (before !== undefined) return before === content ? {} : ['IDEMPOTENCY_CONFLICT'];
    if (rules.length > 0) return rules;
    this.#done.set(step, content);
    return effect();
  }

  settle(id: string, amount: bigint | null, now: number): Movement | Refusals {
    const claimed = amount ?? this.uncaptured;
    const outside: Refusals = refusals([this.state !== 'categoryChecked', 'STATE_CONFLICT']);
    const rules = this.made.faulty ? outside : [...outside, ...this.#claimRules(id, claimed, now)];
    return this.once('settle', `${id} ${amount ?? 'rest'}`, rules, () => {
      this.verification = this.made.faulty ? 'alarm' : 'clean';
      if (!this.made.faulty) return { ...this.#capture(id, claimed), entry: 'success' };
      this.state = 'blocked';
      return {};
    });
  }

  capture(id: string, amount: bigint, now: number): Movement | Refusals {
    const rules = [
      ...refusals(
        [['alarm', 'upheld'].includes(this.verification), 'ALARM_OPEN'],
        [this.verification === 'none', 'VERIFICATION_MISSING'],
        [!['matched', 'partiallyCaptured'].includes(this.state), 'STATE_CONFLICT'],
      ),
      ...this.#claimRules(id, amount, now),
    ];
    return this.once(`capture ${id}`, `${amount}`, rules, () => this.#capture(id, amount));
  }

  #claimRules(id: string, amount: bigint, now: number): Refusals {
    return refusals(
      [now >= this.made.expiresAt, 'HOLD_EXPIRED'],
      [this.#captures.has(id), 'IDEMPOTENCY_CONFLICT'],
      [amount > this.uncaptured, 'HOLD_EXCEEDED'],
    );
  }

  #capture(id: string, amount: bigint): Movement {
    const feeBefore = min(this.captured, this.made.fee);
    this.captured += amount;
    this.#captures.add(id);
    this.state = this.uncaptured === 0n ? 'captured' : 'partiallyCaptured';
    if (this.made.release === 'delivery') return {};
    this.released = this.captured;
    this.#releaseAtMatch();
    const logistics = min(this.captured, this.made.fee) - feeBefore;
    return { logistics, merchant: amount - logistics };
  }

  #releaseAtMatch(): void {
    if (this.state === 'captured' && this.made.release === 'match') this.state = 'released';
  }

  release(): Movement | Refusals {
    const due = this.#unreleased;
    const rules = refusals(
      [this.delivery !== 'delivered', 'RELEASE_NOT_DUE'],
      [!['captured', 'refunded'].includes(this.state), 'STATE_CONFLICT'],
      [this.made.release !== 'delivery' || due === 0n, 'STATE_CONFLICT'],
    );
    return this.once('release', '', rules, () => {
      this.released += due;
      if (this.state === 'captured') this.state = 'released';
      const logistics = min(min(this.captured, this.made.fee), due);
      return { logistics, merchant: due - logistics };
    });
  }

  void(): Movement | Refusals {
    return this.once('void', '', this.#giveBackRules(), () => this.#giveBack('voided'));
  }

  expire(now: number): Movement | Refusals {
    const early = refusals([now < this.made.expiresAt, 'HOLD_NOT_EXPIRED']);
    const rules = [...early, ...this.#giveBackRules()];
    return this.once('expire', '', rules, () => {
      this.#alarmWaits = false;
      return this.#giveBack('expired');
    });
  }

  #giveBackRules(): Refusals {
    return refusals([![...HELD, 'partiallyCaptured'].includes(this.state), 'STATE_CONFLICT']);
  }

  #giveBack(end: string): Movement {
    const customer = this.uncaptured;
    this.voided += customer;
    this.state = this.state === 'partiallyCaptured' ? 'captured' : end;
    this.#releaseAtMatch();
    return { customer };
  }

  refund(id: string, amount: bigint, merchantHas: bigint): Movement | Refusals {
    const rules = refusals(
      [this.state === 'disputed', 'DISPUTED'],
      [this.#refunds.has(id), 'IDEMPOTENCY_CONFLICT'],
      [amount > this.refundable, 'REFUND_EXCEEDED'],
      [this.isPaidOut && amount > merchantHas, 'PAYEE_FUNDS_INSUFFICIENT'],
      [!PAID.includes(this.state), 'STATE_CONFLICT'],
    );
    return this.once(`refund ${id}`, `${amount}`, rules, () => {
      this.#refunds.add(id);
      return this.#refund(amount);
    });
  }

  #refund(amount: bigint): Movement {
    this.state = 'refunded';
    this.refunded += amount;
    const takesSuccessBack = true as const;
    if (this.isPaidOut) return { customer: amount, debit: amount, takesSuccessBack };
    this.refundedHeld += amount;
    return { customer: amount, takesSuccessBack };
  }

  dispute(): Movement | Refusals {
    const rules = refusals([!PAID.includes(this.state), 'STATE_CONFLICT']);
    return this.once('dispute', '', rules, () => {
      this.#disputedFrom = this.state;
      this.state = 'disputed';
      return {};
    });
  }

  resolveDispute(uphold: boolean, merchantHas: bigint): Movement | Refusals {
    const rules = refusals(
      [this.#disputedFrom === null, 'STATE_CONFLICT'],
      [uphold && this.isPaidOut && this.refundable > merchantHas, 'PAYEE_FUNDS_INSUFFICIENT'],
    );
    return this.once('resolveDispute', String(uphold), rules, () => {
      const before = this.#disputedFrom ?? '';
      this.#disputedFrom = null;
      if (uphold) return this.#refund(this.isPaidOut ? this.refundable : this.#unreleased);
      this.state = before;
      return { entry: 'dispute' };
    });
  }

  pickUp(): Movement | Refusals {
    return this.#move('awaiting', 'pickedUp');
  }

  deliver(): Movement | Refusals {
    return this.#move('pickedUp', 'delivered');
  }

  #move(from: string, to: string): Movement | Refusals {
    const under = ['matched', 'partiallyCaptured', 'captured', 'released', 'disputed'];
    const rules = refusals(
      [this.delivery !== from, 'STATE_CONFLICT'],
      [
        !under.includes(this.state) && !(this.state === 'refunded' && this.standing > 0n),
        'STATE_CONFLICT',
      ],
    );
    return this.once(to, '', rules, () => {
      this.delivery = to;
      return {};
    });
  }

  decideAlarm(uphold: boolean): Movement | Refusals {
    const rules = refusals([this.verification !== 'alarm' || !this.#alarmWaits, 'ALARM_NOT_OPEN']);
    return this.once(uphold ? 'uphold' : 'resolve', '', rules, () => {
      this.verification = uphold ? 'upheld' : 'resolved';
      if (!uphold && this.state === 'blocked') this.state = 'matched';
      return {};
    });
  }

  /** The bank's express leg stores what it pays. */
  get storedByLeg(): boolean {
    return this.#done.has('settle') && !this.made.faulty;
  }

  storePurchase(): Movement | Refusals {
    const rules = refusals(
      [this.captured === 0n, 'PURCHASE_REQUIRED'],
      [this.storedByLeg, 'STATE_CONFLICT'],
    );
    return this.once('storePurchase', '', rules, () =>
      this.refunded > 0n ? {} : { entry: 'success' },
    );
  }
}
