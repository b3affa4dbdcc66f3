// SPDX-License-Identifier: Apache-2.0
// All money, by currency, bank and part: a running sum that is stored with the position of the ledger at which it holds.
import { NO_BANK, PARTS, type Holding, type Part } from './holdings.js';

/** Plain data: it can be stored as JSON. */
export interface MoneyTotals {
  /** `currency/bank/part` → minor units, a decimal string that may be negative. No bank: payees. */
  readonly sums: Readonly<Record<string, string>>;
  /** By currency, what is missing on the ledger and was already told: minor units. Above zero: lost. Below: made out of nothing. */
  readonly told: Readonly<Record<string, string>>;
}

/** Before the first block. */
export const NO_MONEY: MoneyTotals = { sums: {}, told: {} };

/** One figure of the totals. */
export interface Figure {
  readonly currency: string;
  /** Empty for payees. */
  readonly bank: string;
  readonly part: Part;
  /** Minor units. */
  readonly units: bigint;
}

const isPart = (text: string): text is Part => Object.hasOwn(PARTS, text);

/** @returns what is not zero, in order of currency and bank */
export const figuresOf = ({ sums }: MoneyTotals): Figure[] =>
  Object.entries(sums)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, units]) => {
      const [currency = '', bank = '', part = ''] = key.split('/');
      return isPart(part) ? [{ currency, bank, part, units: BigInt(units) }] : [];
    });

/** A holding that came (plus) or went (minus). */
export interface Flow extends Holding {
  readonly direction: 1n | -1n;
}

/** @returns the totals with these flows */
export function withFlows(totals: MoneyTotals, flows: Iterable<Flow>): MoneyTotals {
  const sums = new Map(Object.entries(totals.sums));
  for (const { currency, bank, part, units, direction } of flows) {
    const key = `${currency}/${bank ?? NO_BANK}/${part}`;
    const sum = BigInt(sums.get(key) ?? '0') + direction * units;
    if (sum === 0n) sums.delete(key);
    else sums.set(key, sum.toString());
  }
  return { ...totals, sums: Object.fromEntries(sums) };
}

/** What banks made, what they took back, and what is on the ledger, in minor units. */
export interface CurrencyTotals {
  readonly made: bigint;
  readonly takenBack: bigint;
  readonly onLedger: bigint;
}

const NONE: CurrencyTotals = { made: 0n, takenBack: 0n, onLedger: 0n };

const columnOf = (part: Part): keyof CurrencyTotals =>
  part === 'made' || part === 'takenBack' ? part : 'onLedger';

/** @returns the three sums of each currency */
export function totalsByCurrency(totals: MoneyTotals): ReadonlyMap<string, CurrencyTotals> {
  const found = new Map<string, CurrencyTotals>();
  for (const { currency, part, units } of figuresOf(totals)) {
    const before = found.get(currency) ?? NONE;
    const column = columnOf(part);
    found.set(currency, { ...before, [column]: before[column] + units });
  }
  return found;
}
