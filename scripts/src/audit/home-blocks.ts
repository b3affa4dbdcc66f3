// SPDX-License-Identifier: Apache-2.0
// The blocks of a running network, from the auditor's own peer.
import { peerBlocks } from '@fabric-offline-pay/auditor-node';
import type { Clients } from '@fabric-offline-pay/operate/clients';
import type { CommonOptions } from '../output.js';
import { withClients } from '../with-clients.js';
import type { Blocks } from './blocks.js';

/** @throws NetworkError `NETWORK_NOT_UP`, `ORGANISATION_UNKNOWN` for a network without an auditor */
export const withHomeBlocks = <T>(
  options: CommonOptions,
  signal: AbortSignal,
  use: (blocks: Blocks) => Promise<T>,
): Promise<T> =>
  withClients(options, (clients) => useBlocks(clients, signal, use), { takesLong: true });

async function useBlocks<T>(
  clients: Clients,
  signal: AbortSignal,
  use: (blocks: Blocks) => Promise<T>,
): Promise<T> {
  const connection = await clients.connection('auditor', 'auditor');
  // What comes while this runs is left to the next audit.
  const last = Number(await connection.height()) - 1;
  const auditor = clients.organisation('auditor').identities.find(({ role }) => role === 'auditor');
  return use({
    from: (block) => peerBlocks(connection, block, signal),
    last,
    ...(auditor && { signer: { certificate: auditor.certPath, key: auditor.keyPath } }),
  });
}
