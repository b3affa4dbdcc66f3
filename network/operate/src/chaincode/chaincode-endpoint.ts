// SPDX-License-Identifier: Apache-2.0
// Where an organisation's chaincode process listens for the organisation's peers. They run side by side under one user,
// so a socket in a folder of that user is the shortest way, and nobody else can open it.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@fabric-offline-pay/node-common';
import type { OrganisationPlan } from '../topology/network-plan.js';

/** A Unix domain socket by its path, or TCP with client certificates. */
export type ChaincodeEndpoint =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tls'; readonly host: string; readonly port: number };

/** What fits into a socket's address with its closing zero (unix(7)). */
const MAX_SOCKET_PATH_BYTES = 107;

const OWNER_ONLY = 0o700;

/** The socket, unless the network's home has too long a path for one. */
export function chaincodeEndpoint({ chaincode }: OrganisationPlan): ChaincodeEndpoint {
  const path = join(chaincode.folder, 'socket');
  return Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES
    ? { kind: 'socket', path }
    : { kind: 'tls', host: chaincode.host, port: chaincode.port };
}

/** The address as gRPC takes it, in both directions. */
export const grpcAddress = (endpoint: ChaincodeEndpoint): string =>
  endpoint.kind === 'socket'
    ? `unix:${endpoint.path}`
    : `${endpoint.host}:${endpoint.port.toString()}`;

/** Makes the folder of the socket, for its owner alone. */
export function makeSocketFolder({ chaincode }: OrganisationPlan): void {
  makeFolder(chaincode.folder);
  chmodSync(chaincode.folder, OWNER_ONLY);
}
