// SPDX-License-Identifier: Apache-2.0
// The auditor: proves from blocks alone that no money appeared or vanished, and shows where when it did.
export { RULES, type Finding, type Place, type RuleName } from './findings/finding.js';
export type { RawBlock, RawTransaction } from './blocks/raw-block.js';
export type { ChangedRows, RowChange } from './rows/changed-rows.js';
export * from './money/index.js';
export * from './overdue/index.js';
