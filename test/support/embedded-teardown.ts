// SPDX-License-Identifier: Apache-2.0
// After the specs on PostgreSQL inside the process: the empty database that was kept for them goes.
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';

export default function teardown(): void {
  const kept = process.env['OFFPAY_TEST_EMPTY_DATABASE'];
  if (kept !== undefined) rmSync(dirname(kept), { recursive: true, force: true });
}
