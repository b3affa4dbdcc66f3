// SPDX-License-Identifier: Apache-2.0
// @fabric-offline-pay/sdk: the typed client of the network.
export { connect, type ConnectOptions, type Identity } from './connection/connect.js';
export type { Connection } from './connection/connection.js';
export { CommitFeed } from './gateway/commit-feed.js';
export { askStatus, type AskStatus } from './gateway/commit-status.js';
export { DEFAULT_DEADLINES, type Deadlines } from './gateway/deadlines.js';
export {
  DEFAULT_KEEPALIVE,
  type Endpoint,
  type Keepalive,
  type TlsClient,
} from './connection/grpc-client.js';
export type { Recovered, ResumedTransaction } from './gateway/resume.js';
export { Statistics, type Latencies, type StatisticsSnapshot } from './gateway/statistics.js';

export type { CommittedBlock, CommittedTransaction } from './blocks/committed-block.js';
export { headerBytes, headerHash, type BlockHeader } from './blocks/header-hash.js';
export { rowChange, type KeyedChange, type RowChange } from './blocks/row-change.js';

export { BatchingTransport } from './client/batching.js';
export {
  createClient,
  type Client,
  type Method,
  type Query,
  type Submit,
} from './client/client.js';
export { chooseEndorsers, type EndorsementMode, type Organisations } from './client/endorsers.js';
export { ifFound } from './client/if-found.js';
export { everyEntry, pages, type ListPage } from './client/pages.js';
export type {
  Call,
  Decode,
  QueryOptions,
  SubmitOptions,
  TransactionResult,
  Transport,
} from './client/transport.js';

export {
  CLIENT_ERRORS,
  CommitError,
  ConfigurationError,
  ConflictError,
  CorruptDataError,
  EndorsementError,
  OfflineError,
  OffpayError,
  OrderingError,
  OutcomeUnknownError,
  RefusedError,
  UnavailableError,
  type ClientErrorCode,
} from './errors.js';

export { fileCheckpoint, type Checkpoint, type Position } from './events/checkpoint.js';
export type { Block } from './events/ledger-blocks.js';
export type { EventOptions, EventPayload, LedgerEvent } from './events/ledger-events.js';

export { fileJournal } from './journal/file-journal.js';
export type { Journal, JournalEntry } from './journal/journal.js';
export { memoryJournal } from './journal/memory-journal.js';

export { DEFAULT_DEADLINE_MS, type RetryOptions } from './retry/retry.js';
export { realPace, type Pace } from './retry/pace.js';
export { nativeSigner, type Signer } from './signer/native-signer.js';
export { signDispute, signRatings, signTerms } from './signer/customer-signature.js';
export { termsDigest } from '@fabric-offline-pay/domain';

export { terminalLedger } from './offline/ledger/connection-ledger.js';
export { parseRefusal } from './gateway/refusal.js';
export {
  deliverySecretFor,
  newDeliverySecret,
  type DeliverySecret,
} from './pipeline/delivery-secret.js';
export {
  OrderWatch,
  type OrderWatchOptions,
  type WatchedEvents,
  type WatchedOrder,
} from './events/order-watch.js';
export { hasBankSettled, settlingBank } from './pipeline/settling-bank.js';
export { runExpress } from './pipeline/express.js';
export {
  CAPTURE_ID,
  chooseBest,
  termsOf,
  type BankSteps,
  type CashierSteps,
  type Choice,
  type DispatcherSteps,
  type Parties,
  type Passage,
  type PipelineParties,
  type PipelineResult,
  type Purchase,
  type QuoteView,
  type SettlingBank,
} from './pipeline/purchase.js';
export { failedStep, Passages } from './pipeline/passages.js';
export { runStepwise } from './pipeline/stepwise.js';
export { PHASES, walk, type UnitTask, type UnitTasks } from './pipeline/walk.js';
