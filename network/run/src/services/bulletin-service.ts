// SPDX-License-Identifier: Apache-2.0
// Starts the bank's process that keeps its bulletin fresh, beside a running network.
import { join } from 'node:path';
import {
  organisationWithRole,
  readDescription,
  rememberService,
  resolveHome,
  startService,
} from '@fabric-offline-pay/operate';
import { bulletinProgram } from './bulletin-program.js';

/** The service's name under the network's supervisor. */
export const BULLETIN_SERVICE = 'bank-bulletins';

/**
 * Starts the process under the network's supervisor, or leaves it running. It registers the bank's issuer, publishes the first
 * bulletin if the ledger has none, and issues the bulletin again before it is too old.
 * @throws NetworkError `NETWORK_NOT_UP` | `NODE_FAILED` | `DEADLINE_PASSED`
 */
export async function startBulletinService(home: string): Promise<void> {
  const readyFile = join(home, 'bank', 'bulletins-ready.json');
  const organisation = organisationWithRole(readDescription(home), 'bank').id;
  rememberService(resolveHome(home), { name: BULLETIN_SERVICE, organisation });
  await startService(home, {
    name: BULLETIN_SERVICE,
    organisation,
    command: process.execPath,
    args: [bulletinProgram, home, readyFile],
    readyFile,
  });
}
