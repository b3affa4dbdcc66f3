// SPDX-License-Identifier: Apache-2.0
// Expands a topology into names, addresses and folders of all nodes. Pure: reads and writes nothing.
import { join } from 'node:path';
import type { OrganisationTopology, Topology } from './topology.js';

/** Fields of every node. Ports are TCP, on `host`. */
interface NodePlan {
  readonly name: string;
  readonly host: string;
  /** The name in the node's TLS certificate. */
  readonly tlsHostname: string;
  readonly port: number;
  readonly folder: string;
}

export type CaPlan = NodePlan;

export interface PeerPlan extends NodePlan {
  readonly operationsPort: number;
}

export interface OrdererPlan extends NodePlan {
  readonly operationsPort: number;
  /** Channel participation (osnadmin). */
  readonly adminPort: number;
}

export type ChaincodePlan = NodePlan;

export interface OrganisationPlan {
  readonly topology: OrganisationTopology;
  readonly folder: string;
  readonly ca: CaPlan;
  readonly peers: readonly PeerPlan[];
  readonly orderers: readonly OrdererPlan[];
  /** None of an organisation that only reads. */
  readonly chaincode?: ChaincodePlan;
}

/** An organisation that endorses: it runs the chaincode. */
export interface EndorserPlan extends OrganisationPlan {
  readonly chaincode: ChaincodePlan;
}

export interface NetworkPlan {
  readonly home: string;
  readonly topology: Topology;
  readonly organisations: readonly OrganisationPlan[];
}

const PORTS_OF_CA = 1;
const PORTS_OF_CHAINCODE = 1;
const PORTS_OF_PEER = 2;
const PORTS_OF_ORDERER = 3;

const runsChaincode = (plan: OrganisationPlan): plan is EndorserPlan =>
  plan.chaincode !== undefined;

/** The organisations that run the chaincode. */
export const endorsersOf = ({ organisations }: NetworkPlan): EndorserPlan[] =>
  organisations.filter(runsChaincode);

/** The organisations that only read. */
export const readersOf = ({ organisations }: NetworkPlan): OrganisationPlan[] =>
  organisations.filter((organisation) => !runsChaincode(organisation));

/** How many neighbouring ports a network needs. */
export function countPorts(topology: Topology): number {
  return topology.organisations.reduce(
    (sum, { peers, orderers, readsOnly }) =>
      sum +
      PORTS_OF_CA +
      (readsOnly ? 0 : PORTS_OF_CHAINCODE) +
      peers.length * PORTS_OF_PEER +
      orderers.length * PORTS_OF_ORDERER,
    0,
  );
}

/**
 * Gives every node its address and folder. Ports are numbered from `basePort` on, in the topology's order.
 * @param home absolute path of the network's folder.
 */
export function planNetwork(topology: Topology, home: string, basePort: number): NetworkPlan {
  let next = basePort;
  const takePort = (): number => next++;
  const organisations = topology.organisations.map((organisation) =>
    planOrganisation(organisation, topology.channel.name, home, takePort),
  );
  return { home, topology, organisations };
}

function planOrganisation(
  topology: OrganisationTopology,
  channel: string,
  home: string,
  takePort: () => number,
): OrganisationPlan {
  const folder = join(home, 'organisations', topology.id);
  const node = (name: string, place: string): NodePlan => ({
    name,
    host: topology.host,
    tlsHostname: `${name}.${channel}.internal`,
    port: takePort(),
    folder: join(folder, place),
  });
  return {
    topology,
    folder,
    ca: node(`${topology.id}-ca`, 'ca'),
    peers: topology.peers.map((name) => ({
      ...node(name, join('nodes', name)),
      operationsPort: takePort(),
    })),
    orderers: topology.orderers.map((name) => ({
      ...node(name, join('nodes', name)),
      operationsPort: takePort(),
      adminPort: takePort(),
    })),
    ...(!topology.readsOnly && { chaincode: node(`${topology.id}-chaincode`, 'chaincode') }),
  };
}
