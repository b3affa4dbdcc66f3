// SPDX-License-Identifier: Apache-2.0
// The bank's own database.
import { openDatabase, type DatabasePlace } from '@fabric-offline-pay/node-common/node';
import { MIGRATIONS } from './migrations.js';
import type { BankDatabase, BankTables } from './schema.js';

/**
 * @returns the database with all migrations applied; `destroy()` closes it.
 * @throws when a migration fails; the database then stays as it was.
 */
export const openBankDatabase = (place: DatabasePlace): Promise<BankDatabase> =>
  openDatabase<BankTables>(place, MIGRATIONS);
