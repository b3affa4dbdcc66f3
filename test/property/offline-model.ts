// SPDX-License-Identifier: Apache-2.0
// What the whole ledger should hold and answer of payments without a network: accounts, reserves, double spends, bulletins, what
// merchants earned and what the bank bore; and who lost something.
import { lastOf } from '../support/defined.js';
import { must } from './property.js';
import { refusals, type Refusals } from './refusing.js';
import type { Bearer } from './reserve-commands.js';
import { ReserveModel } from './reserve-model.js';
import { MOST_RESERVED, POLICY_SECONDS, type Fraud, type Voucher } from './reserve-shapes.js';

export interface Entry {
  readonly customerId: string;
  readonly deviceId: string;
  readonly epoch: number | 'all';
}

export interface Bulletin {
  readonly number: number;
  readonly issuedAt: number;
  readonly version: number;
  readonly bearer: Bearer;
  readonly revoked: readonly Entry[];
}

/** An answer, or why there is none: any of these codes. */
export type Answer = string | Refusals;

export const isDone = (answer: Answer): answer is string => typeof answer === 'string';

const isSame = (one: Entry, other: Entry): boolean =>
  one.customerId === other.customerId &&
  one.deviceId === other.deviceId &&
  one.epoch === other.epoch;

/** Whether it names an epoch of the device. */
export const isNamed = (
  { revoked }: Bulletin,
  { customerId, deviceId }: Pick<Entry, 'customerId' | 'deviceId'>,
  epoch: number,
): boolean =>
  revoked.some(
    (entry) =>
      entry.customerId === customerId &&
      entry.deviceId === deviceId &&
      (entry.epoch === 'all' || entry.epoch === epoch),
  );

export class OfflineModel {
  /** Seconds since 1970: when the command under way is made. */
  now = 0;
  readonly accounts = new Map<string, bigint>();
  readonly earned = new Map<string, bigint>();
  /** What the bank made for payees, and got back out of reserves. */
  borne = 0n;
  recovered = 0n;
  readonly reserves: ReserveModel[] = [];
  readonly bulletins: Bulletin[] = [];
  version: number;
  /** Accepted by tills that keep the rules. */
  readonly #accepted = new Set<string>();
  /** By name, what was answered to what is done once. */
  readonly #done = new Map<string, string>();

  constructor(
    public bearer: Bearer,
    version: number,
  ) {
    this.version = version;
  }

  get newest(): Bulletin {
    return lastOf(this.bulletins);
  }

  get frauds(): readonly (readonly [ReserveModel, Fraud])[] {
    return this.reserves.flatMap((reserve) =>
      reserve.frauds.map((fraud) => [reserve, fraud] as const),
    );
  }

  nextEpoch(customerId: string, deviceId: string): number {
    return 1 + Math.max(0, ...this.#of({ customerId, deviceId }).map(({ epoch }) => epoch));
  }

  #of({ customerId, deviceId }: Pick<Entry, 'customerId' | 'deviceId'>): ReserveModel[] {
    return this.reserves.filter(
      (reserve) => reserve.customerId === customerId && reserve.deviceId === deviceId,
    );
  }

  /** Whether the device may have so much more, wherever it comes from. */
  #grantRules(device: Pick<Entry, 'customerId' | 'deviceId'>, more: bigint): Refusals {
    const own = this.reserves.filter(({ customerId }) => customerId === device.customerId);
    const stands = own.reduce((sum, { standing }) => sum + standing, 0n);
    const isReported = this.#of(device).some(
      ({ reported, spendUntil }) => reported !== null && spendUntil >= this.now,
    );
    return refusals(
      [own.some(({ isBlamed }) => isBlamed), 'OFFLINE_NOT_ALLOWED'],
      [stands + more > MOST_RESERVED, 'OFFLINE_OVER_TOTAL_CAP'],
      [isReported, 'OFFLINE_RESERVE_INACTIVE'],
    );
  }

  #fundsRules(customerId: string, amount: bigint): Refusals {
    return refusals([amount > this.#available(customerId), 'INSUFFICIENT_FUNDS']);
  }

  fund(reserve: ReserveModel): Answer {
    const { customerId, funded } = reserve;
    const broken = [...this.#grantRules(reserve, funded), ...this.#fundsRules(customerId, funded)];
    if (broken.length > 0) return broken;
    this.#give(customerId, -funded);
    this.reserves.push(reserve);
    return `${funded}`;
  }

  topUp(reserve: ReserveModel, add: bigint, spendUntil: number, claimUntil: number): Answer {
    const { customerId, status } = reserve;
    const broken = [
      ...refusals([status !== 'active', 'OFFLINE_RESERVE_INACTIVE']),
      ...this.#grantRules(reserve, add),
      ...this.#fundsRules(customerId, add),
    ];
    if (broken.length > 0) return broken;
    this.#give(customerId, -add);
    reserve.funded += add;
    reserve.certificates += 1;
    Object.assign(reserve, { spendUntil, claimUntil });
    return `${reserve.funded}`;
  }

  accept({ id }: Voucher): void {
    this.#accepted.add(id);
  }

  /** @param brought with their reserves, by one merchant. @returns the verdicts */
  settle(
    brought: readonly (readonly [ReserveModel, Voucher])[],
    merchantId: string,
    copied: ReadonlySet<string>,
  ): Answer {
    const verdicts = brought.map(([reserve, voucher]) => {
      const inTime = this.now <= reserve.claimUntil && reserve.status !== 'closed';
      const bearer = this.bearerOf(voucher.bulletin);
      const verdict = reserve.settle(voucher, merchantId, this.now, bearer);
      if (inTime && merchantId === voucher.merchantId)
        this.#mustBePaid(reserve, voucher, verdict, copied);
      if (verdict === 'settled') this.#earn(merchantId, voucher.amount);
      return verdict;
    });
    return verdicts.join();
  }

  /** A till that kept the rules is paid, or met a double spend of a device that was copied. */
  #mustBePaid(
    reserve: ReserveModel,
    { id }: Voucher,
    verdict: string,
    copied: ReadonlySet<string>,
  ): void {
    if (!this.#accepted.has(id)) return;
    const paid = ['settled', 'duplicate', ...(copied.has(reserve.name) ? ['conflict'] : [])];
    must(paid.includes(verdict), `what a till accepted by the rules ended as ${verdict}`);
  }

  bearerOf(number: number): Bearer {
    return this.bulletins.find((bulletin) => bulletin.number === number)?.bearer ?? 'merchant';
  }

  cancel(reserve: ReserveModel, voucher: Voucher): Answer {
    // A terminal that accepted it breaks its word.
    this.#accepted.delete(voucher.id);
    if (!reserve.cancelled.has(voucher.id)) {
      const broken = reserve.cancelRules(voucher);
      if (broken.length > 0) return broken;
      reserve.cancel(voucher);
      this.#give(reserve.customerId, voucher.amount);
    }
    return `${voucher.amount}`;
  }

  /** @returns the answer, and the bulletin that says so when there is one */
  report(reserve: ReserveModel, bulletin: Bulletin): Answer {
    const broken = refusals(
      [reserve.reported !== null, 'IDEMPOTENCY_CONFLICT'],
      [reserve.status === 'closed', 'OFFLINE_RESERVE_INACTIVE'],
    );
    if (broken.length > 0) return broken;
    this.bulletins.push(bulletin);
    const staleAt = this.now + POLICY_SECONDS.bulletin + POLICY_SECONDS.tolerance;
    const report = { number: bulletin.number, at: this.now, staleAt };
    const named = this.#of(reserve).filter(
      ({ status, epoch }) => status !== 'closed' && isNamed(bulletin, reserve, epoch),
    );
    for (const each of named) each.report(report);
    return `${bulletin.number}`;
  }

  /** Whether nobody is deceived when the entry is left out. */
  isOver(entry: Entry): boolean {
    return this.#of(entry)
      .filter(({ epoch }) => entry.epoch === 'all' || entry.epoch === epoch)
      .every(({ spendUntil }) => spendUntil < this.now - POLICY_SECONDS.ledger);
  }

  publish(bulletin: Bulletin): Answer {
    const left = this.newest.revoked.filter(
      (entry) => !bulletin.revoked.some((other) => isSame(entry, other)),
    );
    if (!left.every((entry) => this.isOver(entry))) return ['INPUT_INVALID'];
    this.bulletins.push(bulletin);
    return `${bulletin.number}`;
  }

  compensate(reserve: ReserveModel, fraud: Fraud): Answer {
    return this.#once(`compensate ${reserve.name} ${fraud.voucher.id}`, '', () => {
      const paid = reserve.compensate(fraud);
      if (typeof paid !== 'bigint') return paid;
      this.borne += paid;
      this.#earn(fraud.voucher.merchantId, paid);
      return `${paid}`;
    });
  }

  clear(reserve: ReserveModel, fraud: Fraud): Answer {
    return this.#once(`clear ${reserve.name} ${fraud.voucher.id}`, '', () => {
      reserve.clear(fraud);
      return '';
    });
  }

  close(reserve: ReserveModel): Answer {
    return this.#once(`close ${reserve.name}`, '', () => {
      const broken = reserve.closeRules(this.now);
      if (broken.length > 0) return broken;
      const rest = this.#empty(reserve);
      this.#give(reserve.customerId, rest);
      return `${rest < 0n ? 0n : rest}`;
    });
  }

  /** @param next for the whole rest of the lost one */
  reissue(lost: ReserveModel, next: ReserveModel): Answer {
    return this.#once(`reissue ${lost.name}`, next.name, () => {
      const broken = [
        ...lost.closeRules(this.now),
        ...refusals([lost.status !== 'revoked', 'OFFLINE_RESERVE_INACTIVE']),
        ...this.#grantRules(next, next.funded - lost.standing),
      ];
      if (broken.length > 0) return broken;
      this.#empty(lost);
      this.reserves.push(next);
      return `${next.funded}`;
    });
  }

  /** Who spent twice pays for it first. @returns what is left */
  #empty(reserve: ReserveModel): bigint {
    const { rest, recoveries } = reserve.close(this.#available(reserve.customerId));
    for (const [{ voucher, compensated }, amount] of recoveries)
      if (compensated) this.recovered += amount;
      else this.#earn(voucher.merchantId, amount);
    return rest;
  }

  /** Nothing ever counts against a device that nobody copied. */
  mustBeFair(copied: ReadonlySet<string>): void {
    for (const { name, frauds } of this.reserves)
      must(copied.has(name) || frauds.length === 0, `${name} is accused of what it did not do`);
  }

  /** Repeated with the same content it answers the same, with other content it is refused. */
  #once(name: string, content: string, effect: () => Answer): Answer {
    const before = this.#done.get(name);
    if (before !== undefined)
      return before.startsWith(`${content}=`)
        ? before.slice(content.length + 1)
        : ['IDEMPOTENCY_CONFLICT'];
    const answer = effect();
    if (isDone(answer)) this.#done.set(name, `${content}=${answer}`);
    return answer;
  }

  #available(customerId: string): bigint {
    return this.accounts.get(customerId) ?? 0n;
  }

  #give(customerId: string, amount: bigint): void {
    this.accounts.set(customerId, this.#available(customerId) + amount);
  }

  #earn(merchantId: string, amount: bigint): void {
    this.earned.set(merchantId, (this.earned.get(merchantId) ?? 0n) + amount);
  }
}
