// SPDX-License-Identifier: Apache-2.0
// What every node is made of. Apart from the index, since it loads what the command line does not need.
export {
  folderEngine,
  openDatabase,
  type DatabasePlace,
  type Migrations,
} from './database/open-database.js';
export type { SqlEngine, SqlResult } from './database/pglite-dialect.js';
export { addRows, BatchedRows } from './follower/batched-rows.js';
export {
  Follower,
  type BlockSource,
  type FollowerOptions,
  type Projection,
} from './follower/follower.js';
export { Standstill } from './follower/standstill.js';
export { inBatches } from './follower/in-batches.js';
export { createFollowedTables, type FollowedTablesTables } from './follower/followed-tables.js';
export {
  createPosition,
  lockPosition,
  readPosition,
  writePosition,
  type LedgerPosition,
  type PositionTables,
} from './follower/position.js';
export { type AskedRun, type JobData, type JobKind, type Lanes } from './jobs/job-kind.js';
export { type AnyDatabase } from './jobs/queue-table.js';
export {
  Jobs,
  type FailingJob,
  type JobObserver,
  type JobsOptions,
  type JobState,
} from './jobs/jobs.js';
export { type Mail, type MailSender } from './messages/mail-sender.js';
export { SmtpMail, smtpSchema, type SmtpConfig } from './messages/smtp-mail.js';
export { Undeliverable } from './messages/undeliverable.js';
export * from './client.js';
export { Doorkeeper, type DoorkeeperOptions, type Visitor } from './http/doorkeeper.js';
export { createIdempotency, type IdempotencyTables } from './http/idempotency.js';
export { listsInPem, type RevocationList, revocationList } from './http/revocation-list.js';
export { remembered, type Link, type Links } from './http/links.js';
export { NodeMetrics } from './http/metrics.js';
export {
  nodeServer,
  type NodeServer,
  type NodeServerOptions,
  rolesOfAll,
  type ServerTls,
} from './http/node-server.js';
export { type CapCounts, Spending } from './http/spending.js';
export { type Timeouts, timeoutsSchema } from './http/timeouts.js';
export { type DatabaseSettings } from './program/database-place.js';
export { readOrMake, type MadeFile } from './program/made-files.js';
export { createMadeKeys } from './program/made-keys.js';
export { checkSettingFiles, type SettingFile } from './program/setting-files.js';
export { identityFiles, keyPairFiles, nodeSettingFiles } from './program/node-setting-files.js';
export { LedgerConnections } from './program/ledger-connections.js';
export {
  type NodeConfig,
  type NodeConfigInput,
  environmentNumber,
  identitySchema,
  nodeFields,
  pathIn,
  portSchema,
  readNodeConfig,
  readSecret,
} from './program/node-config.js';
export { nodeLogger, type NodeProgram, type ProgramParts, runNode } from './program/run-node.js';
export {
  type NodeBase,
  type NodeOptions,
  type NodeParts,
  rebuildNode,
  type RunningNode,
  startNode,
} from './program/start-node.js';
export { Work, type WorkOptions, type WorkParts } from './program/work.js';
export type {
  AccountStatement,
  Balances,
  LedgerHeight,
  SignedAmount,
  StatementEntry,
  StatementHead,
  StatementLine,
} from './statements/account-statement.js';
export { statementCamt053 } from './statements/camt053.js';
export { statementCsv } from './statements/csv.js';
export { ledgerHeight } from './statements/ledger-height.js';
export { statementPdf } from './statements/pdf.js';
export { statementFile } from './statements/statement-file.js';
export { elapsed, type Elapsed } from './system/elapsed.js';
export { isEndpointUrl, type Reach } from './webhooks/addresses.js';
export { openPoster, type Post } from './webhooks/post.js';
export { checkSecret, newSecret, signedHeaders } from './webhooks/signed.js';
export {
  auditorFiles,
  auditorSchema,
  type AuditorSetting,
  withAuditor,
} from './reports/auditor-setting.js';
