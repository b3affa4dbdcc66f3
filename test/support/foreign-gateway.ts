// SPDX-License-Identifier: Apache-2.0
// One certificate through another organisation's peer: the gateway forwards, it does not own the transaction.
import { readFileSync } from 'node:fs';
import type { Attribute, Role } from '@fabric-offline-pay/domain';
import type { Clients } from '@fabric-offline-pay/network';
import { connect, type Connection, type Statistics } from '@fabric-offline-pay/sdk';

const read = (path: string): string => readFileSync(path, 'utf8');

interface Holder {
  readonly role: Role;
  readonly attribute: Attribute;
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
  const { endpoint, tlsHostname, tlsRootCertPath } = clients.organisation(via).peer;
  return connect({
    endpoint: { address: endpoint, hostnameOverride: tlsHostname },
    tlsRoot: read(tlsRootCertPath),
    identity: { mspId: own.mspId, certificate: read(identity.certPath) },
    privateKey: read(identity.keyPath),
    channel: clients.channel,
    chaincode: clients.description.chaincode.name,
    organisations: Object.fromEntries(
      clients.description.organisations.map(({ role, mspId }) => [role, mspId]),
    ),
    statistics,
  });
}
