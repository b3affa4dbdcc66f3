// SPDX-License-Identifier: Apache-2.0
// Whether a till that keeps the rules hands out the goods, in plain arithmetic.
import { isNamed, type Bulletin } from './offline-model.js';
import type { ReserveModel } from './reserve-model.js';
import {
  contradiction,
  isPossible,
  MOST_PAYMENTS,
  PER_PAYMENT,
  POLICY_SECONDS,
  type Voucher,
} from './reserve-shapes.js';

export class TillModel {
  readonly #seen = new Map<string, Voucher[]>();

  constructor(
    readonly merchantId: string,
    readonly terminalId: string,
    /** The newest that it has. */
    public bulletin: Bulletin,
  ) {}

  /** Remembers what it accepts. */
  accepts(reserve: ReserveModel, version: number, voucher: Voucher, now: number): boolean {
    const { bulletin } = this;
    const seen = this.#seen.get(reserve.name) ?? [];
    const rules = [
      version <= bulletin.version,
      now - bulletin.issuedAt <= POLICY_SECONDS.bulletin,
      now - voucher.time <= POLICY_SECONDS.tolerance,
      now <= reserve.spendUntil,
      !isNamed(bulletin, reserve, reserve.epoch),
      isPossible(voucher),
      voucher.amount <= PER_PAYMENT,
      voucher.sum <= reserve.funded,
      voucher.counter <= MOST_PAYMENTS,
      seen.every((other) => isCompatible(other, voucher)),
    ];
    const accepted = rules.every(Boolean);
    if (accepted) this.#seen.set(reserve.name, [...seen, voucher]);
    return accepted;
  }
}

const isCompatible = (seen: Voucher, voucher: Voucher): boolean =>
  seen.id !== voucher.id && contradiction(seen, voucher) === undefined;
