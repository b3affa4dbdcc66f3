// SPDX-License-Identifier: Apache-2.0
// The auditor: proves from blocks alone that no money appeared or vanished, and shows where when it did.
export { AUDITOR_API, AUDITOR_OPERATIONS, type OperationTable } from './api/auditor-api.js';
export { auditReader, type AuditReader } from './api/audit-reader.js';
export { readConfig, type AuditorConfig, type AuditorConfigInput } from './config.js';
export { AUDITOR_ERRORS, type AuditorErrorCode } from './errors.js';
export { auditorProgram } from './program.js';
export { startAuditor, type AuditorParts } from './start-auditor.js';
export type { AuditorClient } from './auditor-client.js';
export { reportSigner, signedReport, signReport, type ReportSigner } from './report/sign-report.js';
export { RULES, type Finding, type Place, type RuleName } from './findings/finding.js';
export type { RawBlock, RawTransaction } from './blocks/raw-block.js';
export { openAuditorDatabase, type AuditorDatabase } from './database/schema.js';
export { Audit, type AuditStep } from './engine/audit.js';
export {
  auditOnce,
  ownChaincode,
  type AuditOnceOptions,
  type AuditOutcome,
  type Incomplete,
} from './audit-once.js';
export { runAudit } from './engine/run-audit.js';
export { ReplayThread } from './replay/replay-thread.js';
export { NothingAudited, reportBytes, reportOf, type AuditReport } from './report/audit-report.js';
export { archiveBlocks, ArchiveDamaged, NoArchive } from './sources/archive.js';
export { DamagedBlockFile } from './sources/block-files.js';
export { peerBlocks } from './sources/peer-blocks.js';
export {
  EXPORTED,
  EXPORTED_NAMES,
  exportedRows,
  type ExportedName,
} from './export/exported-tables.js';
export { csvOf, jsonLinesOf } from './export/text-formats.js';
export { projectionsOf } from './projections.js';
export type { ChangedRows, RowChange } from './rows/changed-rows.js';
export * from './money/index.js';
export * from './overdue/index.js';
