// SPDX-License-Identifier: Apache-2.0
// Conservation of money, from the rows that transactions changed.
export { auditMoney, auditTotals, totalsOf, type MoneyAudit } from './audit-money.js';
export {
  figuresOf,
  NO_MONEY,
  totalsByCurrency,
  type CurrencyTotals,
  type Figure,
  type MoneyTotals,
} from './money-totals.js';
export type { Part } from './holdings.js';
