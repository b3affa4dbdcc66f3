// SPDX-License-Identifier: Apache-2.0
// One start or run of files at a time in a home, from its checks to its last order: a start would wipe the ledger beneath the
// other, and two runs would write one journal.
import { join } from 'node:path';
import { withLock } from '@fabric-offline-pay/node-common';
import { resolveHome } from './home.js';

/**
 * Does what nobody else may do in this home meanwhile. What a process held that has died is taken over.
 * @throws NetworkError `NETWORK_BUSY` at once when another start or run goes on.
 */
export async function asOnlyRun<T>(home: string | undefined, work: () => Promise<T>): Promise<T> {
  const lock = join(resolveHome(home), 'run', 'start.lock');
  return withLock(lock, 0, work, 'Another start or run in this folder');
}
