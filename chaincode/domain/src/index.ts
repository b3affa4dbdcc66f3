// SPDX-License-Identifier: Apache-2.0
// The domain: the payment rules, the ledger model and the table of transactions. No Fabric, no I/O.
export * from './base/canonical.js';
export * from './base/errors.js';
export * from './base/geography.js';
export * from './base/identifiers.js';
export * from './base/money.js';
export * from './base/signature.js';
export * from './goods/category.js';
export * from './ledger/rows.js';
export * from './order-number/states.js';
export * from './patent/graph.js';
export * from './patent/units.js';
export * from './transactions/define.js';
export { commonRefusals, refusalsOf } from './transactions/refusals.js';
export * from './transactions/table.js';
export * from './goods/partition.js';
export * from './goods/registration.js';
export * from './identity/reputation.js';
export * from './logistics/select-courier.js';
export * from './order-number/compare.js';
export * from './order-number/terms.js';
export * as holds from './settlement/hold.js';
