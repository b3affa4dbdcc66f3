// SPDX-License-Identifier: Apache-2.0
// The logistics company's node, for programs that run it or call it.
export { LOGISTICS_API, LOGISTICS_OPERATIONS, type OperationTable } from './api/logistics-api.js';
export { dispatcherSteps } from './dispatcher-steps.js';
export { readConfig, type LogisticsConfig, type LogisticsConfigInput } from './config.js';
export { LOGISTICS_ERRORS, type LogisticsErrorCode } from './errors.js';
export type { LogisticsLedger } from './ledger.js';
export { logisticsProgram } from './program.js';
export { startLogistics, type LogisticsParts } from './start-logistics.js';
