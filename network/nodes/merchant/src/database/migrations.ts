// SPDX-License-Identifier: Apache-2.0
// The node's tables, in the order in which they were added. Run at every start. Only append.
import {
  createFollowedTables,
  createMadeKeys,
  type Migrations,
} from '@fabric-offline-pay/node-common/node';
import { AUDITING_MIGRATIONS } from './auditing-tables.js';
import { CATALOGUE_MIGRATIONS } from './catalogue-tables.js';
import { EVIDENCE_MIGRATIONS } from './evidence-tables.js';
import { FOLLOWED_MIGRATIONS } from './followed-migrations.js';
import { TERMINAL_MIGRATIONS } from './terminal-tables.js';
import {
  WEBHOOK_CLOCK_MIGRATIONS,
  WEBHOOK_MIGRATIONS,
  WEBHOOK_RUN_MIGRATIONS,
} from './webhook-tables.js';

export const MIGRATIONS: Migrations = {
  ...FOLLOWED_MIGRATIONS,
  ...WEBHOOK_MIGRATIONS,
  ...CATALOGUE_MIGRATIONS,
  ...EVIDENCE_MIGRATIONS,
  ...TERMINAL_MIGRATIONS,
  '0006-followed-tables': { up: createFollowedTables },
  ...WEBHOOK_RUN_MIGRATIONS,
  ...WEBHOOK_CLOCK_MIGRATIONS,
  '0009-made-keys': { up: createMadeKeys },
  ...AUDITING_MIGRATIONS,
};
