// SPDX-License-Identifier: Apache-2.0
// Before the specs on PostgreSQL inside the process: a folder in which the first of them keeps an empty database for the others. Making one
// takes seconds, reading it much less.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function setup(): void {
  process.env['OFFPAY_TEST_EMPTY_DATABASE'] = join(
    mkdtempSync(join(tmpdir(), 'offpay-empty-database-')),
    'data.tar',
  );
}
