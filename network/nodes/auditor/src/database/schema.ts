// SPDX-License-Identifier: Apache-2.0
// The tables of the auditor's own database, a file for each concept.
import {
  createFollowedTables,
  createPosition,
  openDatabase,
  type DatabasePlace,
  type Migrations,
  type PositionTables,
} from '@fabric-offline-pay/node-common/node';
import type { Kysely, Transaction } from 'kysely';
import {
  ACKNOWLEDGEMENT_MIGRATIONS,
  type AcknowledgementTables,
} from './acknowledgement-tables.js';
import { FINDING_MIGRATIONS, type FindingTables } from '../findings/finding-tables.js';
import { AUDIT_MIGRATIONS, type AuditTables } from './audit-tables.js';
import { BACKING_MIGRATIONS, type BackingTables } from './backing-tables.js';
import { CONFIRMATION_MIGRATIONS, type ConfirmationTables } from './confirmation-tables.js';
import { MONEY_MIGRATIONS, type MoneyTables } from './money-tables.js';
import { HISTORY_MIGRATIONS, type ContentTables } from '../histories/history-migrations.js';
import type { HistoryTables } from '../histories/history-table.js';
import { OBLIGATION_MIGRATIONS, type ObligationTables } from '../obligations/obligation-tables.js';
import { STATE_MIGRATIONS, type StateTables } from '../state/state-tables.js';

export interface AuditorTables
  extends
    PositionTables,
    StateTables,
    AuditTables,
    FindingTables,
    ObligationTables,
    AcknowledgementTables,
    MoneyTables,
    HistoryTables,
    ContentTables,
    ConfirmationTables,
    BackingTables {}

/** The database, or a transaction on it. */
export type AuditorDatabase = Kysely<AuditorTables>;
export type AuditorTransaction = Transaction<AuditorTables>;

export const MIGRATIONS: Migrations = {
  '0001-position': {
    async up(db) {
      await createPosition(db);
      await createFollowedTables(db);
    },
  },
  ...STATE_MIGRATIONS,
  ...AUDIT_MIGRATIONS,
  ...FINDING_MIGRATIONS,
  ...OBLIGATION_MIGRATIONS,
  ...ACKNOWLEDGEMENT_MIGRATIONS,
  ...MONEY_MIGRATIONS,
  ...HISTORY_MIGRATIONS,
  ...CONFIRMATION_MIGRATIONS,
  ...BACKING_MIGRATIONS,
};

/**
 * @returns the database with all migrations applied; `destroy()` closes it.
 * @throws when a migration fails; the database then stays as it was.
 */
export const openAuditorDatabase = (place: DatabasePlace): Promise<AuditorDatabase> =>
  openDatabase<AuditorTables>(place, MIGRATIONS);
