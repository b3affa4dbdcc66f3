// SPDX-License-Identifier: Apache-2.0
// Obligations past their time.
export { NO_SPANS, obligationChanges, type ObligationChanges } from './obligation-changes.js';
export {
  NO_OBLIGATIONS,
  overdueAt,
  withChanges,
  type ObligationTable,
  type Overdue,
  type OverdueQuery,
  type RowAt,
} from './obligation-table.js';
export {
  DEFAULT_PATIENCE,
  dueAt,
  OBLIGATIONS,
  type Debtor,
  type Obligation,
  type ObligationKey,
  type ObligationName,
  type Patience,
  type PolicySpan,
  type PolicySpans,
} from './obligation.js';
