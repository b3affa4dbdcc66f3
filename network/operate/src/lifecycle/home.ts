// SPDX-License-Identifier: Apache-2.0
// A network's home folder: its path, and the topology and ports of its setup.
import { chmodSync, existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  findFreePorts,
  makeFolder,
  NetworkError,
  portHolders,
  readAsIfPresent,
  usedPorts,
  writeJson,
} from '@fabric-offline-pay/node-common';
import { z } from 'zod';
import { repositoryFolder } from '../package-folders.js';
import { type NetworkPlan, countPorts, planNetwork } from '../topology/network-plan.js';
import { defaultTopologyOf } from '../topology/default-topology.js';
import { type Topology, topologySchema } from '../topology/topology.js';
import { portsInUse } from './ports-in-use.js';

/** First of the neighbouring ports that a network uses, or `free`. */
export type PortChoice = number | 'free';

/** The default first port of the main network. */
export const DEFAULT_BASE_PORT = 17_050;

const portsSchema = z.object({ base: z.int() });

/**
 * The home folder: the given one, else `OFFPAY_HOME`, else `.offpay/network` in the repository. Absolute, links resolved. The folder
 * is not made, so that a wrong name leaves no folder behind.
 */
export function resolveHome(home?: string): string {
  return withoutLinks(resolve(home ?? (process.env['OFFPAY_HOME'] || defaultHome())));
}

/** The same path before and after the folder is made. */
function withoutLinks(folder: string): string {
  return existsSync(folder)
    ? realpathSync(folder)
    : join(withoutLinks(dirname(folder)), basename(folder));
}

/** File of the lock for changes of a home. */
export function homeLock(home: string): string {
  return join(home, 'run', 'change.lock');
}

/**
 * @returns the plan of the home; undefined when the home has not been set up.
 */
export function readPlan(home: string): NetworkPlan | undefined {
  const topology = readAsIfPresent(topologyFile(home), topologySchema);
  const base = keptPorts(home);
  return topology === undefined || base === undefined
    ? undefined
    : planNetwork(topology, home, base);
}

/**
 * @returns the plan of the home.
 * @throws NetworkError `NETWORK_NOT_UP`
 */
export function requirePlan(home: string): NetworkPlan {
  const plan = readPlan(home);
  if (plan === undefined) {
    throw new NetworkError('NETWORK_NOT_UP', `There is no network in ${home}`, {
      advice: 'Run npm run network -- up.',
    });
  }
  return plan;
}

/**
 * Plans a network in the home. Ports are chosen once and kept. Later, a topology may change only its chaincode, services and
 * identities.
 * @param given default: {@link defaultTopologyOf} the home
 * @throws NetworkError `PORT_IN_USE` | `TOPOLOGY_CHANGED`
 */
export async function establishPlan(
  home: string,
  given?: Topology,
  ports?: PortChoice,
): Promise<NetworkPlan> {
  const before = readPlan(home);
  const topology = given ?? defaultTopologyOf(before?.topology);
  if (before !== undefined && structure(before.topology) !== structure(topology)) {
    throw new NetworkError('TOPOLOGY_CHANGED', `The network in ${home} has another topology`, {
      advice: 'Run network reset, or restore the old topology.',
    });
  }
  makeFolder(home);
  // Somebody else may have made it before, and it will hold keys.
  chmodSync(home, 0o700);
  if (before === undefined) {
    writeJson(portsFile(home), { base: await choosePorts(home, topology, ports) });
  }
  writeJson(topologyFile(home), topology);
  return requirePlan(home);
}

/** The default ports of a fresh network in the home. */
export function defaultPorts(home: string): PortChoice {
  return home === defaultHome() ? DEFAULT_BASE_PORT : 'free';
}

/** @returns the first port of the home's network; undefined when there is no network. */
export function keptPorts(home: string): number | undefined {
  return readAsIfPresent(portsFile(home), portsSchema)?.base;
}

async function choosePorts(home: string, topology: Topology, choice?: PortChoice): Promise<number> {
  const count = countPorts(topology);
  const [host = '127.0.0.1'] = topology.organisations.map((organisation) => organisation.host);
  const base = choice ?? defaultPorts(home);
  if (base === 'free') {
    return findFreePorts(host, count);
  }
  const used = await usedPorts(host, base, count);
  if (used.length > 0) throw portsInUse(portHolders(used), false);
  return base;
}

function structure({ organisations, channel }: Topology): string {
  return JSON.stringify([organisations.map((each) => ({ ...each, identities: [] })), channel]);
}

/** Home of the main network, which has the default ports. */
export function defaultHome(): string {
  return join(repositoryFolder, '.offpay', 'network');
}

function topologyFile(home: string): string {
  return join(home, 'topology.json');
}

function portsFile(home: string): string {
  return join(home, 'ports.json');
}
