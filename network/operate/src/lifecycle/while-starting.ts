// SPDX-License-Identifier: Apache-2.0
// One start at a time in a home, from its checks to its last order: a second one would wipe the ledger beneath the first.
import { join } from 'node:path';
import { withLock } from '@fabric-offline-pay/node-common';
import { resolveHome } from './home.js';

/**
 * Runs a start while nobody else does in this home. What a process held that has died is taken over.
 * @throws NetworkError `NETWORK_BUSY` at once when another start is running.
 */
export async function whileStarting<T>(
  home: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const lock = join(resolveHome(home), 'run', 'start.lock');
  return withLock(lock, 0, work, 'Another start in this folder');
}
