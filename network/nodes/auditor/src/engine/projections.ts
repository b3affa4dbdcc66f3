// SPDX-License-Identifier: Apache-2.0
// Everything that is made from what was audited, beside what the engine itself keeps.
import type { ContentTables } from '../histories/history-migrations.js';
import type { HistoryTables } from '../histories/history-table.js';
import { keepHistories } from '../histories/keep-histories.js';
import type { StateTables } from '../state/state-tables.js';
import type { Kysely } from 'kysely';
import type { AuditProjection } from './audit.js';

/** @param chaincode the audited one */
export const auditProjections = (chaincode: string): readonly AuditProjection[] => [
  {
    apply: (transaction, audited, blocks) =>
      keepHistories(
        transaction as unknown as Kysely<HistoryTables & ContentTables & StateTables>,
        chaincode,
        audited,
        blocks,
      ),
  },
];
