// SPDX-License-Identifier: Apache-2.0
// The default network of `network up`: a bank, a merchant, a logistics company.
import type { OrganisationRole, OrganisationTopology, Topology } from './topology.js';

const organisation = (
  id: Exclude<OrganisationRole, 'auditor'>,
  actor: string,
  roles: readonly string[],
): OrganisationTopology => {
  const name = id.charAt(0).toUpperCase() + id.slice(1);
  return {
    id,
    name,
    mspId: `${name}MSP`,
    role: id,
    actor,
    host: '127.0.0.1',
    peers: [`${id}-peer`],
    orderers: [`${id}-orderer`],
    identities: roles.map((role) => ({ name: role, role, actor })),
  };
};

/** Three organisations. Each has a CA, a peer, an orderer of the Raft cluster and a chaincode process. */
export const defaultTopology: Topology = {
  organisations: [
    organisation('bank', 'bank-1', [
      'teller',
      'auth-service',
      'customer-channel',
      'bank-node',
      'operator',
      'auditor',
    ]),
    organisation('merchant', 'merchant-org', ['cashier', 'terminal', 'operator', 'auditor']),
    organisation('logistics', 'logistics-1', ['dispatcher', 'courier', 'operator', 'auditor']),
  ],
  channel: {
    name: 'offline-pay',
    // A single submit takes about this long. Under load, blocks are cut by count and size instead.
    batchTimeout: '200ms',
    maxMessageCount: 500,
    preferredMaxBytes: '2 MB',
    absoluteMaxBytes: '10 MB',
  },
  chaincode: {
    name: 'offline-pay',
    // No two others can create money without the bank, and the bank cannot create it alone.
    endorsement: {
      all: [{ role: 'bank' }, { any: [{ role: 'merchant' }, { role: 'logistics' }] }],
    },
    collections: [
      {
        name: 'addresses',
        members: ['bank', 'logistics'],
        endorsement: { all: [{ role: 'bank' }, { role: 'logistics' }] },
        // Both members endorse every write, so both already hold the data. A required push would only add a way to fail.
        requiredPeerCount: 0,
        maxPeerCount: 1,
        blockToLive: 0,
      },
    ],
  },
  services: [],
};
