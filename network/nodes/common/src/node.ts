// SPDX-License-Identifier: Apache-2.0
// What every node is made of. Apart from the index, since it loads what the command line does not need.
export { openDatabase, type DatabasePlace, type Migrations } from './database/open-database.js';
export type { SqlEngine, SqlResult } from './database/pglite-dialect.js';
export {
  Follower,
  type BlockSource,
  type FollowerOptions,
  type Projection,
} from './follower/follower.js';
export { createPosition, type LedgerPosition, type PositionTables } from './follower/position.js';
export {
  Jobs,
  type AnyDatabase,
  type JobData,
  type JobKind,
  type JobObserver,
  type JobsOptions,
  type JobState,
} from './jobs/jobs.js';
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
export { statementPdf } from './statements/pdf.js';
