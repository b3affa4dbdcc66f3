// SPDX-License-Identifier: Apache-2.0
// The bank's authentication, for programs that run it or call it.
export type { Activity } from './activity.js';
export type { AuthenticationLedger } from './authentication-ledger.js';
export { AuthenticationService } from './authentication-service.js';
export {
  BANK_ERRORS,
  BankError,
  isBankErrorCode,
  type BankErrorCode,
  type BankRefusal,
} from './bank-error.js';
export { BANK_ROLES, CUSTOMER_CHANNEL, isBankRole, type BankRole, type Caller } from './caller.js';
export { capsSchema, type Caps } from './caps.js';
export { readConfig, type BankConfig, type BankConfigInput } from './config.js';
export type { BankContext, CallContext, Observer } from './context.js';
export { blockAccount, openAccount, type NewAccount } from './core-banking/book/open-account.js';
export {
  bookLines,
  bookTotals,
  type BookLine,
  type BookTotal,
} from './core-banking/book/totals.js';
export {
  HostUncertain,
  HostUnavailable,
  REFUSALS,
  type Answer,
  type AuthoriseRequest,
  type CompleteRequest,
  type CoreBanking,
  type HostEntry,
  type Hosts,
  type HostStatements,
  type MovementKind,
  type PayOutRequest,
  type RefundRequest,
  type RefusalCode,
  type ReleaseRequest,
  type StatingBank,
} from './core-banking/core-banking.js';
export { embeddedCoreBanking } from './core-banking/embedded/embedded-core-banking.js';
export {
  openInstruments,
  type InstrumentKind,
  type Instruments,
  type InstrumentsParts,
} from './core-banking/instruments.js';
export type { LineObserver } from './core-banking/iso8583/host-line.js';
export { openBankDatabase } from './database/open-database.js';
export { type BankClient, type BankClientOptions, openBankClient } from './http/bank-client.js';
export { BANK_API, BANK_OPERATIONS, type OperationTable } from './bank-api.js';
export type { BankInput, OperationName } from './inputs.js';
export { DEFAULT_LIMITS, type AuthenticationLimits } from './limits.js';
export { Pace } from './pace.js';
export type { Message, MessageSender } from './messages/message-sender.js';
export { DEFAULT_CODE_CAPS } from './messages/code-caps.js';
export { DEFAULT_NOTICE_CAPS } from './messages/notice-caps.js';
export { OutboxFolder } from './messages/outbox-folder.js';
export { codeIn, readLatestCode, type CodeQuery } from './messages/read-latest-code.js';
export type {
  Attempt,
  AttemptResult,
  Authenticated,
  BankOperations,
  ChangeBegun,
  ChangeRecord,
  CodeSent,
  LoginLimits,
  LoginRecord,
  Missing,
  OfferedAddresses,
  PurchaseRecord,
  Received,
} from './operations.js';
export { startBank, type BankParts, type RunningBank } from './start-bank.js';
export { bankProgram, standInsProgram } from './program.js';
export type { StandInFigures, StandInsConfig } from './testing/stand-ins/shapes.js';
