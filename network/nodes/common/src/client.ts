// SPDX-License-Identifier: Apache-2.0
// What a program needs to call a node: tables of operations, refusals, the client. Apart from the rest, since it loads nothing heavy.
export { numberText } from './http/number-text.js';
export {
  CapReached,
  CodedError,
  factsOf,
  framesOf,
  isCodedError,
  isNodeErrorCode,
  NODE_ERRORS,
  NodeError,
  type NodeErrorCode,
  nodeErrorTexts,
  type Refusal,
  refusalCode,
  type RefusalFacts,
  type RefusalTexts,
  toCodedError,
} from './http/node-error.js';
export {
  type CallOptions,
  type NodeClient,
  nodeClient,
  type NodeClientOptions,
} from './http/node-client.js';
export {
  events,
  type EventsAnswer,
  type EventsFrom,
  type EventsOutput,
  file,
  type FileAnswer,
  type FileOutput,
  type HandlerAnswer,
  type Handlers,
  type Method,
  type Operation,
  type OperationInput,
  type OperationOutput,
  type Operations,
  operations,
  type ParsedInput,
  pathFields,
  type ServerEvent,
  withContext,
} from './http/operation.js';
export {
  ledgerPlace,
  ledgerStep,
  type Placed,
  placedOutput,
  type StepCall,
  withPlace,
  type WithPlace,
} from './http/ledger-step.js';
export {
  type FieldMeaning,
  type FieldMeanings,
  type Limit,
  limitsOf,
  type OwnedThing,
} from './http/ownership.js';
export { parseWith } from './http/parse-input.js';
export type { Readiness } from './http/links.js';
export { PROBES } from './http/probes.js';
export { type ApiDescription, codesOf, openApi } from './http/open-api.js';
export {
  STATEMENT_FORMATS,
  STATEMENT_TYPES,
  type StatementFormat,
} from './statements/statement-formats.js';
export { csvCell, csvText } from './statements/csv-cells.js';
export {
  isWorthRepeating,
  MOST_REPORTED,
  REPORT_OPERATIONS,
  REPORT_RESULTS,
  type ReportedPayout,
  type ReportedReceipt,
  type ReportedVoucher,
  type ReportOperations,
  type ReportResult,
} from './reports/report-operations.js';
