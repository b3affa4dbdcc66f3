// SPDX-License-Identifier: Apache-2.0
// Checks that the ports of a network are free or held by its own processes.
import {
  isPortFree,
  markedProcesses,
  type PortHolder,
  portHolders,
} from '@fabric-offline-pay/node-common';
import { holderText, waysToEnd, type NetworkPlan } from '@fabric-offline-pay/operate';
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
    ...[ca, ...peers, ...orderers, chaincode ?? []].flat().map(({ name, host, port }) => ({
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

const OTHER_PORTS =
  'Or found a network on other ports: npm run network -- up --base-port free --home FOLDER.';

const holderOf = ({ port, owner }: PortUse): PortHolder =>
  owner === undefined ? { port } : { port, process: owner };

const remedyFor = (use: PortUse): string => `${waysToEnd(holderOf(use))} ${OTHER_PORTS}`;

const strangerCheck = (use: PortUse): Check =>
  check(
    `port ${use.port}`,
    'failed',
    `${use.node} needs it. ${holderText(holderOf(use))}`,
    remedyFor(use),
  );

/** All ports that one other network of ours holds are one finding. */
function otherNetworkChecks(strangers: readonly PortUse[]): readonly Check[] {
  const byHome = new Map<string, PortUse[]>();
  for (const use of strangers)
    if (use.owner?.home !== undefined)
      byHome.set(use.owner.home, [...(byHome.get(use.owner.home) ?? []), use]);
  return [...byHome].flatMap(([home, held]) => {
    const ports = held.map(({ port }) => port).join(', ');
    return held
      .slice(0, 1)
      .map((use) =>
        check('ports', 'failed', `${ports}: held by the network in ${home}`, remedyFor(use)),
      );
  });
}

/** One check for all ports, or one per port that a stranger holds. */
export function portChecks(uses: readonly PortUse[]): readonly Check[] {
  const strangers = uses.filter(({ isFree, isOurs }) => !isFree && !isOurs);
  if (strangers.length > 0)
    return [
      ...otherNetworkChecks(strangers),
      ...strangers.filter(({ owner }) => owner?.home === undefined).map(strangerCheck),
    ];
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
