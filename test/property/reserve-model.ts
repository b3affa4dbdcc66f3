// SPDX-License-Identifier: Apache-2.0
// What one reserve should hold and answer, in plain arithmetic.
import { defined } from '../support/defined.js';
import { refusals, type Refusals } from './refusing.js';
import type { Bearer } from './reserve-commands.js';
import {
  contradiction,
  isPossible,
  LOSS_PER_RESERVE,
  MOST_PAYMENTS,
  PER_PAYMENT,
  POLICY_SECONDS,
  type Evidence,
  type Fraud,
  type Report,
  type Voucher,
} from './reserve-shapes.js';

/** Where the rest of a reserve goes. */
export interface Closed {
  /** To the account, or from it when below zero. */
  readonly rest: bigint;
  readonly recoveries: readonly (readonly [fraud: Fraud, amount: bigint])[];
}

const byKey = (one: Fraud, other: Fraud): number =>
  `${one.voucher.counter}/${one.voucher.id}` < `${other.voucher.counter}/${other.voucher.id}`
    ? -1
    : 1;

export class ReserveModel {
  funded: bigint;
  settled = 0n;
  returned = 0n;
  compensated = 0n;
  status: 'active' | 'frozen' | 'revoked' | 'closed' = 'active';
  reported: Report | null = null;
  certificates = 1;
  /** Settled or cancelled. */
  readonly known: Voucher[] = [];
  readonly cancelled = new Set<string>();
  #frauds: readonly Fraud[] = [];

  constructor(
    readonly customerId: string,
    readonly deviceId: string,
    readonly epoch: number,
    total: bigint,
    public spendUntil: number,
    public claimUntil: number,
  ) {
    this.funded = total;
  }

  get name(): string {
    return `${this.customerId}/${this.deviceId}/${this.epoch}`;
  }

  get standing(): bigint {
    return this.funded - this.settled - this.returned;
  }

  /** In the order of their keys. */
  get frauds(): readonly Fraud[] {
    return this.#frauds;
  }

  get isBlamed(): boolean {
    return this.#frauds.some(({ blame }) => blame === 'device');
  }

  #shouldHaveKnown({ bulletin, createdAt }: Voucher): boolean {
    const { reported } = this;
    return reported !== null && (bulletin >= reported.number || createdAt > reported.staleAt);
  }

  #isExpired({ time, expiresAt }: Voucher): boolean {
    return time > this.spendUntil || time > expiresAt;
  }

  /** More than any certificate of it ever allowed. */
  #isAbove({ counter, amount, sum }: Voucher): boolean {
    return counter > MOST_PAYMENTS || amount > PER_PAYMENT || sum > this.funded;
  }

  #isKnown({ id }: Voucher): boolean {
    return this.known.some((other) => other.id === id);
  }

  #contradicts(voucher: Voucher): boolean {
    return this.known.some((other) => contradiction(other, voucher) !== undefined);
  }

  verdict(voucher: Voucher, merchantId: string, now: number): string {
    const rules: readonly (readonly [string, boolean])[] = [
      ['requestMismatch', !isPossible(voucher)],
      ['wrongPayee', voucher.merchantId !== merchantId],
      ['cancelled', this.cancelled.has(voucher.id)],
      ['duplicate', this.#isKnown(voucher)],
      ['claimedLate', now > this.claimUntil || this.status === 'closed'],
      ['conflict', this.#contradicts(voucher)],
      ['frozen', this.status === 'frozen' && this.#shouldHaveKnown(voucher)],
      ['revoked', this.#shouldHaveKnown(voucher)],
      ['expired', this.#isExpired(voucher)],
      ['overLimit', this.#isAbove(voucher) || voucher.amount > this.standing],
    ];
    return rules.find(([, applies]) => applies)?.[0] ?? 'settled';
  }

  /** @returns the verdict, done. */
  settle(voucher: Voucher, merchantId: string, now: number, bearer: Bearer): string {
    const verdict = this.verdict(voucher, merchantId, now);
    if (verdict === 'settled') {
      this.settled += voucher.amount;
      this.known.push(voucher);
    }
    if (verdict === 'conflict') this.#conflict(voucher, now, bearer);
    return verdict;
  }

  /** Which of the known vouchers it is said to contradict: the next above or the last below. */
  #contradicted(voucher: Voucher): string {
    const sorted = [...this.known].sort((a, b) => a.counter - b.counter);
    const at = sorted.findIndex(({ counter }) => counter >= voucher.counter);
    const above = at === -1 ? sorted.length : at;
    const near = [sorted[above], sorted[above - 1]];
    const found = near.find((other) => other && contradiction(other, voucher) !== undefined);
    return defined(found, `voucher that ${voucher.id} contradicts`).id;
  }

  #conflict(voucher: Voucher, now: number, bearer: Bearer): void {
    const careless = this.#frauds.some(
      (fraud) =>
        fraud.claimed &&
        fraud.voucher.merchantId === voucher.merchantId &&
        fraud.voucher.terminalId === voucher.terminalId &&
        contradiction(fraud.voucher, voucher) !== undefined,
    );
    const blame = this.reported === null ? ('device' as const) : ('reported' as const);
    const evidence = { blame, careless, claimed: true, proven: false };
    const other = this.#contradicted(voucher);
    const fraud = this.#note(voucher, other, now, bearer, evidence);
    if (fraud.blame === 'device' && this.status === 'active') this.status = 'frozen';
  }

  #note(voucher: Voucher, other: string, now: number, bearer: Bearer, evidence: Evidence): Fraud {
    const before = this.#frauds.find((fraud) => fraud.voucher.id === voucher.id);
    if (before !== undefined) return this.#learn(before, evidence);
    const fraud = {
      voucher,
      other,
      bearer,
      ...evidence,
      at: now,
      compensated: false,
      recovered: 0n,
    };
    const twin = this.#frauds.find(
      (each) => each.voucher.id === other && each.other === voucher.id,
    );
    this.#frauds = [...this.#frauds, fraud].sort(byKey);
    return twin === undefined ? fraud : this.#likeTwin(fraud, twin);
  }

  /** The case of the same two vouchers in the other order. */
  #likeTwin(fraud: Fraud, { blame, proven }: Fraud): Fraud {
    if (blame !== 'reported') fraud.blame = blame;
    fraud.proven ||= proven;
    return fraud;
  }

  #learn(fraud: Fraud, { blame, claimed, careless, proven }: Evidence): Fraud {
    if (fraud.blame === 'reported') fraud.blame = blame;
    fraud.claimed ||= claimed;
    fraud.careless ||= careless;
    fraud.proven ||= proven;
    return fraud;
  }

  /** Whether its payee submitted it: then nobody else invented its request. */
  #wasBrought({ id }: Voucher): boolean {
    const isSettled = this.known.some((other) => other.id === id) && !this.cancelled.has(id);
    return isSettled || this.#frauds.some(({ voucher, claimed }) => voucher.id === id && claimed);
  }

  /** Of two, the one whose payee asks for money. */
  #caseOf(pair: readonly [Voucher, Voucher]): Fraud | undefined {
    const known = this.#frauds.filter((fraud) => pair.some(({ id }) => id === fraud.voucher.id));
    return known.find(({ claimed }) => claimed) ?? known[0];
  }

  /** @param bearerOf who bears what was accepted by a bulletin */
  prove(
    pair: readonly [Voucher, Voucher],
    now: number,
    bearerOf: (number: number) => Bearer,
  ): Fraud {
    const [first, second] = pair;
    const { reported } = this;
    const isOlder = reported === null || pair.every(({ createdAt }) => createdAt <= reported.at);
    const isOne = first.merchantId === second.merchantId && first.terminalId === second.terminalId;
    const evidence = {
      blame: isOlder ? ('device' as const) : ('reported' as const),
      careless: isOne && pair.every((voucher) => this.#wasBrought(voucher)),
      claimed: false,
      proven: true,
    };
    const voucher = this.known.some(({ id }) => id === second.id) ? first : second;
    const other = voucher === first ? second : first;
    const found = this.#caseOf(pair);
    const fraud = found
      ? this.#learn(found, evidence)
      : this.#note(voucher, other.id, now, bearerOf(voucher.bulletin), evidence);
    if (fraud.blame === 'device' && this.status !== 'closed') this.status = 'frozen';
    return fraud;
  }

  cancelRules(voucher: Voucher): Refusals {
    const { status } = this;
    return refusals(
      [!isPossible(voucher), 'OFFLINE_REQUEST_MISMATCH'],
      [status === 'closed' || status === 'frozen', 'OFFLINE_RESERVE_INACTIVE'],
      [this.#isKnown(voucher), 'STATE_CONFLICT'],
      [this.#contradicts(voucher), 'OFFLINE_DOUBLE_SPEND'],
      [this.#isAbove(voucher) || voucher.amount > this.standing, 'VOUCHER_REFUSED'],
    );
  }

  cancel(voucher: Voucher): void {
    this.returned += voucher.amount;
    this.known.push(voucher);
    this.cancelled.add(voucher.id);
  }

  report(report: Report): void {
    this.reported ??= report;
    if (this.status === 'active') this.status = 'revoked';
  }

  /** Whether the payee should have refused, or did not ask for its money. */
  #isPayeesFault({ voucher, claimed, careless, at }: Fraud): boolean {
    return (
      !claimed ||
      careless ||
      at > this.claimUntil ||
      this.#shouldHaveKnown(voucher) ||
      this.#isExpired(voucher) ||
      this.#isAbove(voucher)
    );
  }

  /** @returns what the bank pays, or why it does not. */
  compensate(fraud: Fraud): bigint | Refusals {
    const open = fraud.voucher.amount - fraud.recovered;
    const isBorne =
      fraud.bearer === 'bank' &&
      fraud.proven &&
      !this.#isPayeesFault(fraud) &&
      open > 0n &&
      this.compensated + open <= LOSS_PER_RESERVE;
    if (!isBorne) return ['LOSS_NOT_BORNE'];
    this.compensated += open;
    fraud.compensated = true;
    return open;
  }

  clear(fraud: Fraud): void {
    const wasGuilty = fraud.blame === 'device';
    fraud.blame = 'cleared';
    if (wasGuilty && !this.isBlamed && this.status === 'frozen')
      this.status = this.reported === null ? 'active' : 'revoked';
  }

  closeRules(now: number): Refusals {
    return refusals(
      [this.status === 'closed', 'OFFLINE_RESERVE_INACTIVE'],
      [now - POLICY_SECONDS.ledger <= this.claimUntil, 'OFFLINE_CLAIM_OPEN'],
    );
  }

  /** What cancelled vouchers put back into the account. */
  get returnedEarly(): bigint {
    const cancelled = this.known.filter(({ id }) => this.cancelled.has(id));
    return cancelled.reduce((sum, { amount }) => sum + amount, 0n);
  }

  /** @param available in the account: what cancelled vouchers put there answers for losses too */
  close(available: bigint): Closed {
    const early = this.returnedEarly;
    const reach = early < available ? early : available;
    const standing = this.standing;
    let rest = standing + reach;
    const recoveries: [Fraud, bigint][] = [];
    const losses = this.status === 'active' ? [] : [...this.#frauds].sort((a, b) => a.at - b.at);
    for (const fraud of losses) {
      const open = fraud.voucher.amount - fraud.recovered;
      if (fraud.blame !== 'device' || this.#isPayeesFault(fraud)) continue;
      const given = open < rest ? open : rest;
      if (given === 0n) continue;
      rest -= given;
      fraud.recovered += given;
      recoveries.push([fraud, given]);
    }
    this.returned += this.standing;
    this.status = 'closed';
    const given = standing + reach - rest;
    return { rest: standing - given, recoveries };
  }
}
