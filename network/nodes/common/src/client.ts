// SPDX-License-Identifier: Apache-2.0
// What a program needs to call a node: tables of operations, refusals, the client. Apart from the rest, since it loads nothing heavy.
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
  withContext,
} from './http/operation.js';
export {
  type FieldMeaning,
  type FieldMeanings,
  type Limit,
  limitsOf,
  type OwnedThing,
} from './http/ownership.js';
export { parseWith } from './http/parse-input.js';
export { PROBES, type Readiness } from './http/probes.js';
export { type ApiDescription, codesOf, openApi } from './http/open-api.js';
