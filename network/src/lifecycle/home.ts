// SPDX-License-Identifier: Apache-2.0
// A network's home folder: where it is, which topology and ports it was set up with.
import { chmodSync, existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { NetworkError } from '../network-error';
import { repositoryFolder } from '../package-folders';
import { makeFolder, readAsIfPresent, writeJson } from '../system/files';
import { findFreePorts, usedPorts } from '../system/ports';
import { type NetworkPlan, countPorts, planNetwork } from '../topology/network-plan';
import { type Topology, topologySchema } from '../topology/topology';

/** First of the neighbouring ports that a network uses: this one, or whichever are free. */
export type PortChoice = number | 'free';

/** The first port of the main network, when nobody says otherwise. */
export const DEFAULT_BASE_PORT = 17_050;

const portsSchema = z.object({ base: z.int() });

/** The folder meant: the one given, else `OFFPAY_HOME`, else `.offpay/network` in the repository. Absolute, links resolved; makes nothing. */
export function resolveHome(home?: string): string {
  const folder = resolve(home ?? (process.env['OFFPAY_HOME'] || defaultHome()));
  return existsSync(folder) ? realpathSync(folder) : folder;
}

/** {@link resolveHome} for who brings a network up there: the folder is made where it is missing. */
export function makeHome(home?: string): string {
  makeFolder(resolveHome(home));
  return resolveHome(home);
}

/** File of the lock under which a home is changed. */
export function homeLock(home: string): string {
  return join(home, 'run', 'change.lock');
}

/**
 * The plan by which the home was set up; nothing when it has not been.
 */
export function readPlan(home: string): NetworkPlan | undefined {
  const topology = readAsIfPresent(topologyFile(home), topologySchema);
  const ports = readAsIfPresent(portsFile(home), portsSchema);
  return topology === undefined || ports === undefined
    ? undefined
    : planNetwork(topology, home, ports.base);
}

/**
 * The plan of the home, set up now if it was not.
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
 * Plans a network in the home. Ports are chosen once and kept; a topology may later change its chaincode, services and
 * identities, nothing else.
 * @throws NetworkError `PORT_IN_USE` | `TOPOLOGY_CHANGED`
 */
export async function establishPlan(
  home: string,
  topology: Topology,
  ports?: PortChoice,
): Promise<NetworkPlan> {
  const before = readPlan(home);
  if (before !== undefined && structure(before.topology) !== structure(topology)) {
    throw new NetworkError('TOPOLOGY_CHANGED', `The network in ${home} has another topology`, {
      advice: 'Run network reset, or put the old topology back.',
    });
  }
  // It may have been made before by somebody else, and will hold keys.
  chmodSync(home, 0o700);
  if (before === undefined) {
    writeJson(portsFile(home), { base: await choosePorts(home, topology, ports) });
  }
  writeJson(topologyFile(home), topology);
  return requirePlan(home);
}

async function choosePorts(home: string, topology: Topology, choice?: PortChoice): Promise<number> {
  const count = countPorts(topology);
  const [host = '127.0.0.1'] = topology.organisations.map((organisation) => organisation.host);
  const base = choice ?? (home === defaultHome() ? DEFAULT_BASE_PORT : 'free');
  if (base === 'free') {
    return findFreePorts(host, count);
  }
  const used = await usedPorts(host, base, count);
  if (used.length > 0) {
    throw new NetworkError('PORT_IN_USE', `Ports in use on ${host}: ${used.join(', ')}`, {
      advice: 'End what uses them, or choose another first port with --base-port.',
      details: { used },
    });
  }
  return base;
}

function structure({ organisations, channel }: Topology): string {
  return JSON.stringify([organisations.map((each) => ({ ...each, identities: [] })), channel]);
}

function defaultHome(): string {
  return join(repositoryFolder, '.offpay', 'network');
}

function topologyFile(home: string): string {
  return join(home, 'topology.json');
}

function portsFile(home: string): string {
  return join(home, 'ports.json');
}
