// SPDX-License-Identifier: Apache-2.0
// The default network of `network up`: a bank, a merchant, a logistics company, and an auditor who watches them.
import type { OrganisationRole, OrganisationTopology, Topology } from './topology.js';

const organisation = (
  id: OrganisationRole,
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
    readsOnly: false,
    identities: roles.map((role) => ({ name: role, role, actor })),
  };
};

/**
 * Believes nobody: it has a peer of its own, and neither endorses nor orders what it audits. Merchants and others report to its node with
 * certificates for `reporter`, which its own CA issues to them.
 */
const auditor: OrganisationTopology = {
  ...organisation('auditor', 'auditor-1', ['auditor', 'operator', 'reporter']),
  orderers: [],
  readsOnly: true,
};

/**
 * Three organisations that take part, each with a CA, a peer, an orderer of the Raft cluster and a chaincode process; and one that only
 * reads, with a CA and a peer. The reader comes last, so that the ports of the others do not depend on it.
 */
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
    auditor,
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

/**
 * The default network of a home: with the organisations with which it was founded, because nobody enters an existing channel unasked. Homes
 * from before the default network had a reader have none.
 * @param founded the topology of the home, if there is a network in it
 */
export function defaultTopologyOf(founded?: Topology): Topology {
  if (founded === undefined) return defaultTopology;
  const ids = new Set(founded.organisations.map(({ id }) => id));
  const organisations = defaultTopology.organisations.filter(({ id }) => ids.has(id));
  return { ...defaultTopology, organisations };
}
