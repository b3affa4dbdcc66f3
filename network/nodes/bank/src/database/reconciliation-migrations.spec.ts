// SPDX-License-Identifier: Apache-2.0
// Reports that were made before an update know when they came about.
import { openDatabase } from '@fabric-offline-pay/node-common/node';
import { beside, testPlace } from '../../../common/src/testing/test-place.js';
import { MIGRATIONS } from './migrations.js';
import { openBankDatabase } from './open-database.js';

interface Before {
  readonly reconciliations: Record<string, unknown>;
  readonly reconciled_hosts: Record<string, unknown>;
}

test('reports know their blocks, and the parts of hosts when these were asked', async () => {
  const place = await testPlace();
  const until = Object.entries(MIGRATIONS).filter(([name]) => name < '0034');
  const before = await openDatabase<Before>(beside(place), Object.fromEntries(until));
  const counts = { ledger_book: 0, book_host: 0 };
  // A host may write any character, also one that no text of the database can have.
  const report = JSON.stringify({ ledger: { block: 7 }, differences: [{ key: '\0' }] });
  await before
    .insertInto('reconciliations')
    .values([
      { day: '2026-11-20', made_at: 5, doubted: false, report, ...counts },
      { day: '2026-11-21', made_at: 9, doubted: true, report: '{}', ...counts },
    ])
    .execute();
  await before
    .insertInto('reconciled_hosts')
    .values(['2026-11-20', '2026-11-21'].map((day) => ({ day, host: 'cards', part: '{}' })))
    .execute();
  const db = await openBankDatabase(place);
  expect(await db.selectFrom('reconciliations').select('block').orderBy('day').execute()).toEqual([
    { block: 7 },
    { block: -1 },
  ]);
  expect(
    await db.selectFrom('reconciled_hosts').select(['said_at', 'doubted']).orderBy('day').execute(),
  ).toEqual([
    { said_at: 5, doubted: false },
    { said_at: 9, doubted: true },
  ]);
  await db.destroy();
  await before.destroy();
});
