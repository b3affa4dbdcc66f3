// SPDX-License-Identifier: Apache-2.0
// The tables of a merchant's node.
import type { IdempotencyTables } from '@fabric-offline-pay/node-common/node';
import type { Kysely, Transaction } from 'kysely';
import type { AuditingTables } from './auditing-tables.js';
import type { CatalogueTables } from './catalogue-tables.js';
import type { EvidenceTables } from './evidence-tables.js';
import type { FollowedTables } from './followed-tables.js';
import type { TerminalTables } from './terminal-tables.js';
import type { WebhookTables } from './webhook-tables.js';

export type * from './auditing-tables.js';
export type * from './catalogue-tables.js';
export type * from './evidence-tables.js';
export type * from './followed-tables.js';
export type * from './terminal-tables.js';
export type * from './webhook-tables.js';

export interface MerchantTables
  extends
    FollowedTables,
    WebhookTables,
    CatalogueTables,
    EvidenceTables,
    TerminalTables,
    AuditingTables,
    IdempotencyTables {}

/** The database, or a transaction on it. */
export type MerchantDatabase = Kysely<MerchantTables>;
export type MerchantTransaction = Transaction<MerchantTables>;
