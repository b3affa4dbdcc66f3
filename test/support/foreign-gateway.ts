// SPDX-License-Identifier: Apache-2.0
// Connections with a certificate that the test chooses, through a peer that the test chooses: the gateway forwards, it does
// not own the transaction.
import { readFileSync } from 'node:fs';
import type { Attribute, Role } from '@fabric-offline-pay/domain';
import type { Clients, IdentityDescription } from '@fabric-offline-pay/operate';
import { connect, type Connection, type Statistics } from '@fabric-offline-pay/sdk';

const read = (path: string): string => readFileSync(path, 'utf8');

interface Holder {
  readonly role: Role;
  readonly attribute: Attribute;
}

interface Through {
  /** Through the peer of this role's organisation; the holder's own unless told. */
  readonly via?: Role;
  readonly statistics?: Statistics;
}

/** @returns the connection of a certificate of the organisation with this role. */
export function connectAs(
  clients: Clients,
  role: Role,
  { certPath, keyPath }: Pick<IdentityDescription, 'certPath' | 'keyPath'>,
  { via = role, statistics }: Through = {},
): Connection {
  const { endpoint, tlsHostname, tlsRootCertPath } = clients.organisation(via).peer;
  return connect({
    endpoint: { address: endpoint, hostnameOverride: tlsHostname },
    tlsRoot: read(tlsRootCertPath),
    identity: { mspId: clients.organisation(role).mspId, certificate: read(certPath) },
    privateKey: read(keyPath),
    channel: clients.channel,
    chaincode: clients.description.chaincode.name,
    organisations: Object.fromEntries(
      clients.description.organisations.map((entry) => [entry.role, entry.mspId]),
    ),
    ...(statistics && { statistics }),
  });
}

/** @returns the connection of the holder's certificate to the peer of the organisation with the role `via`. */
export function connectVia(
  clients: Clients,
  holder: Holder,
  via: Role,
  statistics: Statistics,
): Connection {
  const own = clients.organisation(holder.role);
  const identity = own.identities.find(
    ({ role, actor }) => role === holder.attribute && actor === own.actor,
  );
  if (identity === undefined)
    throw new Error(`no certificate of ${holder.role} for ${holder.attribute}`);
  return connectAs(clients, holder.role, identity, { via, statistics });
}
