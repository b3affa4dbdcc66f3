// SPDX-License-Identifier: Apache-2.0
// What one order should hold and answer, in plain arithmetic written down a second time: it shares no code with the domain.
// Goods and delivery are two pots; each is captured, paid, and given back for itself.
import type { Dispute, Movement, NewOrder, Times } from './order-shapes.js';
import { refusals, type Refusals } from './refusing.js';

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const HELD = ['categoryChecked', 'matched', 'blocked'];
const PAID = ['captured', 'released', 'refunded'];

export class OrderModel {
  state: string;
  verification: string;
  delivery = 'awaiting';
  captured = 0n;
  voided = 0n;
  deliverBy: number | null = null;
  deliveredAt: number | null = null;
  dispute: Dispute | null = null;
  /** Of the goods: paid to the merchant, given back before that, given back after that. */
  readonly goods = { paid: 0n, returned: 0n, repaid: 0n };
  /** Of the delivery: paid to the logistics company, given back. */
  readonly carriage = { paid: 0n, returned: 0n };
  #alarmWaits = true;
  readonly #times: Times;
  readonly #captures = new Set<string>();
  readonly #refunds = new Set<string>();
  readonly #done = new Map<string, string>();

  constructor(
    readonly made: NewOrder,
    times: Times,
  ) {
    this.#times = times;
    const compared = made.way === 'stepwise';
    this.state = !compared ? 'categoryChecked' : made.faulty ? 'blocked' : 'matched';
    this.verification = !compared ? 'none' : made.faulty ? 'alarm' : 'clean';
  }

  get uncaptured(): bigint {
    return this.made.total - this.captured - this.voided;
  }

  get #feeCaptured(): bigint {
    return min(this.captured, this.made.fee);
  }

  get #goodsStanding(): bigint {
    return this.captured - this.#feeCaptured - this.goods.paid - this.goods.returned;
  }

  get #feeStanding(): bigint {
    return this.#feeCaptured - this.carriage.paid - this.carriage.returned;
  }

  /** The merchant's part of what was captured and not refunded. */
  get refundable(): bigint {
    return this.captured - this.#feeCaptured - this.goods.returned - this.goods.repaid;
  }

  /** Refunds come out of the merchant's balance, no longer out of the hold. */
  get isPaidOut(): boolean {
    return this.made.release === 'match' || this.goods.paid > 0n;
  }

  /** The money and times that the hold's row should contain. */
  get hold(): Readonly<Record<string, bigint | number | null>> {
    const { goods, carriage, captured, voided, deliverBy } = this;
    const refundedHeld = goods.returned + carriage.returned;
    return {
      ...{ voided, captured, refundedHeld, deliverBy },
      released: goods.paid + carriage.paid,
      feeReleased: carriage.paid,
      refunded: refundedHeld + goods.repaid,
      feeReturned: carriage.returned,
    };
  }

  /** Until when the customer may dispute. */
  get disputableUntil(): number {
    return (this.deliveredAt ?? this.deliverBy ?? 0) + this.#times.disputeSeconds;
  }

  /** From when on a delivery without proof is believed. */
  get believedFrom(): number | null {
    if (this.delivery !== 'deliveredUnproven' || this.deliveredAt === null) return null;
    return this.deliveredAt + this.#times.unprovenSeconds;
  }

  /** The time from which the open dispute may lapse. */
  get decisionBy(): number | null {
    return this.dispute === null ? null : this.dispute.openedAt + this.#times.decisionSeconds;
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
      if (!this.made.faulty) return { ...this.#capture(id, claimed, now), entry: 'success' };
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
    return this.once(`capture ${id}`, `${amount}`, rules, () => this.#capture(id, amount, now));
  }

  #claimRules(id: string, amount: bigint, now: number): Refusals {
    return refusals(
      [now >= this.made.expiresAt, 'HOLD_EXPIRED'],
      [this.#captures.has(id), 'IDEMPOTENCY_CONFLICT'],
      [amount > this.uncaptured, 'HOLD_EXCEEDED'],
    );
  }

  #capture(id: string, amount: bigint, now: number): Movement {
    this.captured += amount;
    this.#captures.add(id);
    this.deliverBy ??= now + this.#times.deliverySeconds;
    this.state = this.uncaptured === 0n ? 'captured' : 'partiallyCaptured';
    this.#releaseWhenAllIsPaid();
    if (this.delivery === 'delivered') return { ...this.#payGoods(), ...this.#payFee() };
    return this.made.release === 'match' ? this.#payGoods() : {};
  }

  #payGoods(): Movement {
    const merchant = this.#goodsStanding;
    this.goods.paid += merchant;
    return { merchant };
  }

  #payFee(): Movement {
    const logistics = this.#feeStanding;
    this.carriage.paid += logistics;
    return { logistics };
  }

  #releaseWhenAllIsPaid(): void {
    const waits = this.made.release === 'delivery' && this.delivery !== 'delivered';
    if (this.state === 'captured' && !waits) this.state = 'released';
  }

  release(now: number): Movement | Refusals {
    const rules = refusals(
      [this.delivery !== 'delivered' && !this.#isBelieved(now), 'RELEASE_NOT_DUE'],
      [![...PAID, 'partiallyCaptured'].includes(this.state), 'STATE_CONFLICT'],
      [this.#goodsStanding + this.#feeStanding === 0n, 'STATE_CONFLICT'],
    );
    return this.once('release', '', rules, () => this.#payDelivery());
  }

  /** The courier's word is good by now: what the delivery earned is earned, in every order of calls. */
  #isBelieved(now: number): boolean {
    return this.believedFrom !== null && now >= this.believedFrom;
  }

  #payDelivery(): Movement {
    this.delivery = 'delivered';
    this.#releaseWhenAllIsPaid();
    return { ...(this.dispute === null && this.#payGoods()), ...this.#payFee() };
  }

  void(): Movement | Refusals {
    return this.once('void', '', this.#giveBackRules(), () => this.#end('voided'));
  }

  expire(now: number): Movement | Refusals {
    const early = refusals([now < this.made.expiresAt, 'HOLD_NOT_EXPIRED']);
    const rules = [...early, ...this.#giveBackRules()];
    return this.once('expire', '', rules, () => {
      this.#alarmWaits = false;
      return this.#end('expired');
    });
  }

  /** A party that states wrongly can act before the bank's leg, but not before the alarm. */
  #end(how: string): Movement {
    if (this.made.faulty && this.state === 'categoryChecked') this.verification = 'alarm';
    return this.#giveBack(how);
  }

  #giveBackRules(): Refusals {
    return refusals([![...HELD, 'partiallyCaptured'].includes(this.state), 'STATE_CONFLICT']);
  }

  #giveBack(end: string): Movement {
    const customer = this.uncaptured;
    this.voided += customer;
    this.state = this.state === 'partiallyCaptured' ? 'captured' : end;
    this.#releaseWhenAllIsPaid();
    return { customer };
  }

  returnUndelivered(now: number): Movement | Refusals {
    const isLate = this.deliverBy !== null && now >= this.deliverBy;
    const rules = refusals(
      [!isLate || this.deliveredAt !== null, 'NOT_UNDELIVERED'],
      [![...PAID, 'partiallyCaptured'].includes(this.state), 'STATE_CONFLICT'],
      [this.#goodsStanding + this.#feeStanding === 0n, 'STATE_CONFLICT'],
    );
    return this.once('returnUndelivered', '', rules, () => {
      const rest = this.#endRest();
      this.state = 'refunded';
      return { customer: rest + this.#unwind(), takesSuccessBack: true };
    });
  }

  /** What was captured in part is captured no further. @returns what goes back of it */
  #endRest(): bigint {
    return this.state === 'partiallyCaptured' ? (this.#giveBack('').customer ?? 0n) : 0n;
  }

  /** Gives back all captured money that is still on the hold. */
  #unwind(): bigint {
    const [goods, fee] = [this.#goodsStanding, this.#feeStanding];
    this.goods.returned += goods;
    this.carriage.returned += fee;
    return goods + fee;
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
      this.state = 'refunded';
      this.goods[this.isPaidOut ? 'repaid' : 'returned'] += amount;
      const takesSuccessBack = 2n * BigInt(this.hold['refunded'] ?? 0) > this.captured;
      return { customer: amount, debit: this.isPaidOut ? amount : 0n, takesSuccessBack };
    });
  }

  openDispute(id: string, now: number): Movement | Refusals {
    const rules = refusals(
      [![...PAID, 'partiallyCaptured'].includes(this.state), 'STATE_CONFLICT'],
      [now > this.disputableUntil, 'DISPUTE_TOO_LATE'],
    );
    return this.once(`dispute ${id}`, '', rules, () => {
      const customer = this.#endRest();
      const withheld = this.isPaidOut ? this.refundable : 0n;
      this.dispute = { id, from: this.state, openedAt: now, withheld };
      this.state = 'disputed';
      const paid = this.#isBelieved(now) ? this.#payDelivery() : {};
      return { ...paid, withhold: withheld, customer };
    });
  }

  resolveDispute(id: string, decision: 'uphold' | 'reject'): Movement | Refusals {
    const rules = refusals([this.dispute?.id !== id, 'STATE_CONFLICT']);
    return this.once(`resolveDispute ${id}`, decision, rules, () =>
      decision === 'uphold'
        ? this.#uphold()
        : { ...this.#reject(), entry: 'dispute', about: ` ${id}` },
    );
  }

  lapseDispute(id: string, now: number): Movement | Refusals {
    const rules = refusals(
      [this.dispute?.id !== id, 'STATE_CONFLICT'],
      [this.decisionBy !== null && now < this.decisionBy, 'DECISION_NOT_DUE'],
    );
    return this.once(`lapseDispute ${id}`, '', rules, () =>
      this.#times.undecided === 'uphold' ? this.#uphold() : this.#reject(),
    );
  }

  #endDispute(): Movement {
    const withhold = -(this.dispute?.withheld ?? 0n);
    this.dispute = null;
    return { withhold };
  }

  #reject(): Movement {
    this.state = this.dispute?.from ?? '';
    return this.#endDispute();
  }

  #uphold(): Movement {
    const claim = this.isPaidOut ? this.refundable : 0n;
    this.goods.repaid += claim;
    this.state = 'refunded';
    const customer = this.#unwind();
    return { ...this.#endDispute(), claim, customer, takesSuccessBack: true };
  }

  /** A dispute alone does not stop a courier. */
  #carryRules(from: readonly string[]): Refusals {
    const state = this.dispute?.from ?? this.state;
    const stands = this.made.total - this.voided - this.goods.paid - this.carriage.paid;
    const isOver = stands === this.goods.returned + this.carriage.returned;
    const isUnderWay = ['partiallyCaptured', 'captured', 'released'].includes(state);
    const { fee } = this.made;
    return refusals(
      [!from.includes(this.delivery), 'STATE_CONFLICT'],
      [this.captured === 0n || this.captured < fee, 'FEE_NOT_CAPTURED'],
      [!isUnderWay && (state !== 'refunded' || isOver), 'STATE_CONFLICT'],
    );
  }

  pickUp(): Movement | Refusals {
    return this.once('pickUp', '', this.#carryRules(['awaiting']), () => {
      this.delivery = 'pickedUp';
      return {};
    });
  }

  deliver(proof: 'none' | 'right' | 'wrong', now: number): Movement | Refusals {
    const from = proof === 'none' ? ['pickedUp'] : ['pickedUp', 'deliveredUnproven'];
    const isLate = this.deliverBy !== null && now >= this.deliverBy;
    const wrong = refusals(
      [proof === 'wrong', 'DELIVERY_PROOF_INVALID'],
      [proof === 'none' && isLate, 'DELIVERY_LATE'],
    );
    return this.once(`deliver ${proof}`, '', [...this.#carryRules(from), ...wrong], () => {
      this.deliveredAt ??= now;
      if (proof === 'right') return this.#payDelivery();
      this.delivery = 'deliveredUnproven';
      return {};
    });
  }

  decideAlarm(uphold: boolean): Movement | Refusals {
    const isOpen = this.verification === 'alarm' && this.#alarmWaits;
    const rules = refusals([!isOpen, 'ALARM_NOT_OPEN']);
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
    const isRefunded = this.hold['refunded'] !== 0n;
    return this.once('storePurchase', '', rules, () => (isRefunded ? {} : { entry: 'success' }));
  }
}
