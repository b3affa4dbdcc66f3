// SPDX-License-Identifier: Apache-2.0
// Where an organisation's chaincode process listens for the organisation's peers. Both run under one user, so a socket
// in a folder of this user is the fastest way, and nobody else can open it.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@fabric-offline-pay/node-common';
import type { EndorserPlan } from '../topology/network-plan.js';

/** The path of a Unix domain socket, or TCP with client certificates. */
export type ChaincodeEndpoint =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tls'; readonly host: string; readonly port: number };

/** The longest socket path, with its closing zero (unix(7)). */
const MAX_SOCKET_PATH_BYTES = 107;

const OWNER_ONLY = 0o700;

/** The socket, unless the path of the network's home is too long. */
export function chaincodeEndpoint({
  chaincode,
}: Pick<EndorserPlan, 'chaincode'>): ChaincodeEndpoint {
  const path = join(chaincode.folder, 'socket');
  return Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES
    ? { kind: 'socket', path }
    : { kind: 'tls', host: chaincode.host, port: chaincode.port };
}

/** The address in gRPC's form, for both sides. */
export const grpcAddress = (endpoint: ChaincodeEndpoint): string =>
  endpoint.kind === 'socket'
    ? `unix:${endpoint.path}`
    : `${endpoint.host}:${endpoint.port.toString()}`;

/** Makes the folder of the socket, for its owner only. */
export function makeSocketFolder({ chaincode }: Pick<EndorserPlan, 'chaincode'>): void {
  makeFolder(chaincode.folder);
  chmodSync(chaincode.folder, OWNER_ONLY);
}
