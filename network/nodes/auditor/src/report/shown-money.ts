// SPDX-License-Identifier: Apache-2.0
// All money as reports and pages have it: minor units as text.
import { figuresOf, totalsByCurrency, type MoneyTotals } from '../money/index.js';

export interface ShownMoney {
  readonly currency: string;
  readonly made: string;
  readonly takenBack: string;
  readonly onLedger: string;
  readonly parts: readonly {
    readonly bank: string;
    readonly part: string;
    readonly amount: string;
  }[];
}

/** @returns every currency, in order */
export function shownMoney(totals: MoneyTotals): ShownMoney[] {
  const figures = figuresOf(totals);
  return [...totalsByCurrency(totals)].map(([currency, { made, takenBack, onLedger }]) => ({
    currency,
    made: made.toString(),
    takenBack: takenBack.toString(),
    onLedger: onLedger.toString(),
    parts: figures
      .filter((figure) => figure.currency === currency)
      .map(({ bank, part, units: amount }) => ({ bank, part, amount: amount.toString() })),
  }));
}
