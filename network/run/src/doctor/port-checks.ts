// SPDX-License-Identifier: Apache-2.0
// Checks that the ports of a network are free or held by its own processes.
import {
  isPortFree,
  markedProcesses,
  type PortHolder,
  portHolders,
} from '@fabric-offline-pay/node-common';
import type { NetworkPlan } from '@fabric-offline-pay/operate';
import { check, type Check } from './check.js';

/** A port of the plan, and the process that listens on it. */
export interface PortUse {
  readonly host: string;
  readonly port: number;
  /** The node that needs it. */
  readonly node: string;
  readonly isFree: boolean;
  /** Undefined when no process listens, or the system does not show it. */
  readonly owner: PortHolder['process'] | undefined;
  readonly isOurs: boolean;
}

type PlannedPort = Pick<PortUse, 'host' | 'port' | 'node'>;

/** Every port of a node in the plan. */
export function plannedPorts({ organisations }: NetworkPlan): PlannedPort[] {
  return organisations.flatMap(({ ca, peers, orderers, chaincode }) => [
    ...[ca, ...peers, ...orderers, chaincode].map(({ name, host, port }) => ({
      node: name,
      host,
      port,
    })),
    ...[...peers, ...orderers].map(({ name, host, operationsPort }) => ({
      node: name,
      host,
      port: operationsPort,
    })),
    ...orderers.map(({ name, host, adminPort }) => ({ node: name, host, port: adminPort })),
  ]);
}

const strangerCheck = ({ host, port, node, owner }: PortUse): Check => {
  const who = owner === undefined ? 'an unknown process' : `${owner.program}, process ${owner.pid}`;
  return check(
    `port ${port}`,
    'failed',
    `${node} needs it on ${host}, but ${who} listens there`,
    'End that process, or found a network on other ports: npm run network -- up --base-port PORT --home FOLDER.',
  );
};

/** One check for all ports, or one per port that a stranger holds. */
export function portChecks(uses: readonly PortUse[]): readonly Check[] {
  const strangers = uses.filter(({ isFree, isOurs }) => !isFree && !isOurs);
  if (strangers.length > 0) return strangers.map(strangerCheck);
  const held = uses.filter(({ isFree }) => !isFree).length;
  const numbers = uses.map(({ port }) => port);
  const range = `${Math.min(...numbers)} to ${Math.max(...numbers)}`;
  const found = `${range}: ${held} held by this network, ${uses.length - held} free`;
  return [check('ports', 'ok', found)];
}

/** Finds the processes that listen on the ports of a plan. @param pids of the network's nodes */
export async function checkPorts(
  plan: NetworkPlan,
  pids: readonly number[],
): Promise<readonly Check[]> {
  const planned = plannedPorts(plan);
  const free = await Promise.all(planned.map(({ host, port }) => isPortFree(host, port)));
  const taken = planned.filter((_, index) => free[index] !== true);
  const holders = portHolders(taken.map(({ port }) => port));
  const owners = new Map(holders.map((holder) => [holder.port, holder.process]));
  const own = new Set([...pids, ...markedProcesses(plan.home).map(({ pid }) => pid)]);
  // When the system does not show who listens, assume the running nodes.
  const mayBeOurs = process.platform !== 'linux' && pids.length > 0;
  return portChecks(
    planned.map((each, index) => {
      const owner = owners.get(each.port);
      return {
        ...each,
        isFree: free[index] === true,
        owner,
        isOurs: owner === undefined ? mayBeOurs : own.has(owner.pid),
      };
    }),
  );
}
