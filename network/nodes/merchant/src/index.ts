// SPDX-License-Identifier: Apache-2.0
// The merchant's node, for programs that run it or call it.
export { MERCHANT_API, MERCHANT_OPERATIONS, type OperationTable } from './api/operations.js';
export { cashierSteps } from './cashier-steps.js';
export { readConfig, type MerchantConfig, type MerchantConfigInput } from './config.js';
export { EVENT_TYPES, type EventType } from './events/event-types.js';
export { MERCHANT_ERRORS, MerchantError, type MerchantErrorCode } from './merchant-error.js';
export { startMerchant, type MerchantParts } from './start-merchant.js';
export { merchantProgram } from './program.js';
