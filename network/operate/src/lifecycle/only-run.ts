// SPDX-License-Identifier: Apache-2.0
// Allows one start or run of files at a time in a home, from its checks to its last order. Otherwise a start could wipe the ledger
// of a running one, and two runs could write one journal.
import { join } from 'node:path';
import { withLock } from '@fabric-offline-pay/node-common';
import { resolveHome } from './home.js';

/**
 * Runs `work` while no other start or run may work in this home. Takes over the lock of a dead process.
 * @throws NetworkError `NETWORK_BUSY` at once while another start or run is in progress.
 */
export async function asOnlyRun<T>(home: string | undefined, work: () => Promise<T>): Promise<T> {
  const lock = join(resolveHome(home), 'run', 'start.lock');
  return withLock(lock, 0, work, 'Another start or run in this folder');
}
