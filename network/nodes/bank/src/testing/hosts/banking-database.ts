// SPDX-License-Identifier: Apache-2.0
// A database with the tables of core banking alone, for tests.
import { openDatabase, type DatabasePlace } from '@fabric-offline-pay/node-common/node';
import { sql } from 'kysely';
import { CORE_BANKING_MIGRATIONS } from '../../core-banking/migrations.js';
import type { CoreBankingDatabase, CoreBankingTables } from '../../core-banking/tables.js';
import { testPlace } from '../../../../common/src/testing/test-place.js';

/** @param place default: an empty one of its own */
export const openBankingDatabase = async (place?: DatabasePlace): Promise<CoreBankingDatabase> =>
  openDatabase<CoreBankingTables>(place ?? (await testPlace()), CORE_BANKING_MIGRATIONS);

/** All rows go; the book forbids to delete single ones. */
export async function emptyTables(db: CoreBankingDatabase): Promise<void> {
  await sql`truncate book_postings, book_entries, book_accounts, host_requests`.execute(db);
}
