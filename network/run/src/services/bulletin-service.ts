// SPDX-License-Identifier: Apache-2.0
// The bank's process that keeps its bulletin fresh, beside a running network.
import { join } from 'node:path';
import { organisationWithRole, readDescription, startService } from '@fabric-offline-pay/operate';
import { bulletinProgram } from './bulletin-program.js';

const SERVICE = 'bank-bulletins';

/**
 * Starts it under the network's supervisor, or leaves it running. It registers the bank's issuer and publishes the first
 * bulletin where the ledger has none, then issues the bulletin anew before it ages.
 * @throws NetworkError `NETWORK_NOT_UP` | `NODE_FAILED` | `DEADLINE_PASSED`
 */
export async function startBulletinService(home: string): Promise<void> {
  const readyFile = join(home, 'bank', 'bulletins-ready.json');
  await startService(home, {
    name: SERVICE,
    organisation: organisationWithRole(readDescription(home), 'bank').id,
    command: process.execPath,
    args: [bulletinProgram, home, readyFile],
    readyFile,
  });
}
