// SPDX-License-Identifier: Apache-2.0
// What a bank owes on the ledger, holder by holder, from the rows alone. With one bank the sum is that bank's supply. With several,
// money that one bank made is held by another bank's payees; then the sums of all banks are the supply of all banks, and the
// difference of each is what it owes the others.
import { byCodeUnit } from '../base/canonical.js';
import { sumToUnits, type Currency, type Sum } from '../base/money.js';
import {
  outranks,
  payeeBanksIn,
  pocketOf,
  type HeldMoney,
  type HolderKind,
  type Pocket,
} from './pockets.js';

/** What a bank owes one holder in one currency, in all pockets together. */
export interface Liability {
  readonly bankId: string;
  readonly currency: Currency;
  readonly kind: HolderKind;
  readonly id: string;
  /** Minor units, above zero. */
  readonly amount: Sum;
}

/** @returns the bank that pays the payee; undefined when no row named one */
export type BankOfPayee = (payeeId: string) => string | undefined;

const byHolder = (a: Liability, b: Liability): number =>
  byCodeUnit(a.currency, b.currency) || byCodeUnit(a.kind, b.kind) || byCodeUnit(a.id, b.id);

/**
 * @param held the money in all pockets, in any order; other banks' too
 * @returns what the bank owes, one entry for each holder and currency, sorted
 */
export function liabilitiesOf(
  bankId: string,
  held: Iterable<HeldMoney>,
  bankOfPayee: BankOfPayee,
): readonly Liability[] {
  const sums = new Map<string, { readonly of: HeldMoney; units: bigint }>();
  for (const money of held) {
    if ((money.bankId ?? bankOfPayee(money.id)) !== bankId) continue;
    const name = `${money.currency}/${money.kind}/${money.id}`;
    const sum = sums.get(name) ?? { of: money, units: 0n };
    sum.units += sumToUnits(money.amount);
    sums.set(name, sum);
  }
  return [...sums.values()]
    .map(({ of: { currency, kind, id }, units }) => ({
      ...{ bankId, currency, kind, id },
      amount: units.toString(),
    }))
    .sort(byHolder);
}

/** @returns minor units by currency */
export function sumsOf(liabilities: readonly Liability[]): ReadonlyMap<Currency, bigint> {
  const sums = new Map<Currency, bigint>();
  for (const { currency, amount } of liabilities)
    sums.set(currency, (sums.get(currency) ?? 0n) + sumToUnits(amount));
  return sums;
}

/**
 * Who holds money on the ledger. Give it every row that is written, in the order of the ledger; or all rows of one height, in
 * any order.
 */
export class Holdings {
  readonly #pockets = new Map<string, Pocket>();
  /** Orders whose own row holds nothing any more: what was signed for them must not count again. */
  readonly #ended = new Set<string>();
  readonly #banks = new Map<string, string>();

  /**
   * @param key of the row
   * @param row its content; null when it was removed
   */
  put(key: string, row: unknown): void {
    for (const [payeeId, bankId] of payeeBanksIn(key, row)) this.#banks.set(payeeId, bankId);
    const pocket = pocketOf(key, row);
    if (pocket !== undefined) this.#keep(pocket);
  }

  /** @returns what the bank owes now, one entry for each holder and currency, sorted */
  of(bankId: string): readonly Liability[] {
    return liabilitiesOf(bankId, this.#held(), (payeeId) => this.#banks.get(payeeId));
  }

  #keep(pocket: Pocket): void {
    const { name, source, holds } = pocket;
    if (this.#ended.has(name) && source === 'terms') return;
    if (outranks(this.#pockets.get(name), pocket)) return;
    if (holds.length > 0) this.#pockets.set(name, pocket);
    else this.#pockets.delete(name);
    if (source !== 'order') return;
    if (holds.length > 0) this.#ended.delete(name);
    else this.#ended.add(name);
  }

  *#held(): Iterable<HeldMoney> {
    for (const { holds } of this.#pockets.values()) yield* holds;
  }
}
