// SPDX-License-Identifier: Apache-2.0
// Opens the node's database with its tables.
import { openDatabase, type DatabasePlace } from '@fabric-offline-pay/node-common/node';
import { MIGRATIONS } from './migrations.js';
import type { MerchantDatabase, MerchantTables } from './schema.js';

/** @throws when a migration fails. */
export const openMerchantDatabase = (place: DatabasePlace): Promise<MerchantDatabase> =>
  openDatabase<MerchantTables>(place, MIGRATIONS);
