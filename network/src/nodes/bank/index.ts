// SPDX-License-Identifier: Apache-2.0
// The bank's authentication, for those who run it or call it.
export type { AuthenticationLedger } from './authentication-ledger.js';
export { AuthenticationService } from './authentication-service.js';
export {
  BANK_ERRORS,
  BankError,
  isBankErrorCode,
  type BankErrorCode,
  type BankRefusal,
} from './bank-error.js';
export { readConfig, type BankConfig, type BankConfigInput } from './config.js';
export type { BankContext, Observer } from './context.js';
export { openDatabase, pgliteIn } from './database/open-database.js';
export { BankClient, type BankClientOptions } from './http/bank-client.js';
export type { BankInput, OperationName } from './inputs.js';
export { DEFAULT_LIMITS, type AuthenticationLimits } from './limits.js';
export type { Message, MessageSender } from './messages/message-sender.js';
export { OutboxFolder } from './messages/outbox-folder.js';
export { readLatestCode, type CodeQuery } from './messages/read-latest-code.js';
export type {
  Attempt,
  AttemptResult,
  Authenticated,
  BankOperations,
  CodeSent,
  LoginLimits,
  LoginRecord,
  Missing,
  OfferedAddresses,
  PurchaseRecord,
  Received,
} from './operations.js';
export { startBank, type BankParts, type RunningBank } from './start-bank.js';
