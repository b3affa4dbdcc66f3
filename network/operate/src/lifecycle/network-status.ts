// SPDX-License-Identifier: Apache-2.0
// The state of the processes in a network's home.
import { readFileSync } from 'node:fs';
import { isAlive, readTextIfPresent } from '@fabric-offline-pay/node-common';
import { livingSupervisor, unknownNode } from '../supervisor/control.js';
import {
  type NodeKind,
  type ProcessExit,
  type ProcessSpec,
  logFile,
  nodeKindSchema,
  readSpecs,
  readState,
  rememberedServices,
} from '../supervisor/run-folder.js';
import { readPlan, resolveHome } from './home.js';

/** One supervised process. */
export interface NodeStatus {
  readonly name: string;
  readonly kind: NodeKind;
  readonly organisation: string;
  /**
   * `waiting`: it died and will be started again; `unsupervised`: it runs, but nothing would start it again; `missing`: it belongs to
   * the network and was not started, because a start was broken off or left it out.
   */
  readonly state: 'running' | 'waiting' | 'stopped' | 'unsupervised' | 'missing';
  readonly pid?: number;
  /** ISO 8601. */
  readonly startedAt?: string;
  /** How often it was started again after it died. */
  readonly restarts: number;
  readonly lastExit?: ProcessExit;
  /** Resident memory in bytes; only on Linux. */
  readonly memory?: number;
}

/** A network's processes. */
export interface NetworkStatus {
  readonly home: string;
  /** True when the supervisor and every node run. */
  readonly isUp: boolean;
  readonly supervisor: { readonly running: boolean; readonly pid?: number };
  readonly nodes: readonly NodeStatus[];
}

/** @returns the state of every process of the network in `home`; empty when it is down. */
export function networkStatus(home?: string): NetworkStatus {
  const folder = resolveHome(home);
  const supervisor = livingSupervisor(folder);
  const order = nodeKindSchema.options;
  const specs = readSpecs(folder);
  const nodes = [
    ...specs.map((spec) => nodeStatus(folder, spec, supervisor !== undefined)),
    ...missingNodes(folder, specs),
  ].sort((left, right) => order.indexOf(left.kind) - order.indexOf(right.kind));
  const isUp =
    supervisor !== undefined && nodes.length > 0 && nodes.every(({ state }) => state === 'running');
  return {
    home: folder,
    isUp,
    supervisor:
      supervisor === undefined ? { running: false } : { running: true, pid: supervisor.pid },
    nodes,
  };
}

/** Fabric's nodes by the plan, and the services that ran before. */
function expectedNodes(home: string): Pick<NodeStatus, 'name' | 'kind' | 'organisation'>[] {
  const nodes = (readPlan(home)?.organisations ?? []).flatMap(
    ({ topology: { id: organisation }, ca, orderers, peers, chaincode }) => [
      { name: ca.name, kind: 'ca' as const, organisation },
      ...orderers.map(({ name }) => ({ name, kind: 'orderer' as const, organisation })),
      ...peers.map(({ name }) => ({ name, kind: 'peer' as const, organisation })),
      ...(chaincode === undefined
        ? []
        : [{ name: chaincode.name, kind: 'chaincode' as const, organisation }]),
    ],
  );
  const services = rememberedServices(home).map((service) => ({
    ...service,
    kind: 'service' as const,
  }));
  return [...nodes, ...services];
}

/** When nothing is declared, the network is down and lacks nothing. */
function missingNodes(home: string, specs: readonly ProcessSpec[]): NodeStatus[] {
  if (specs.length === 0) return [];
  const declared = new Set(specs.map(({ name }) => name));
  return expectedNodes(home)
    .filter(({ name }) => !declared.has(name))
    .map((node) => ({ ...node, state: 'missing', restarts: 0 }));
}

/**
 * @returns the last lines of a node's log (`supervisor` for the supervisor's).
 * @throws NetworkError `NODE_UNKNOWN` when there is no such log.
 */
export function networkLogs(home: string | undefined, name: string, lines = 100): string {
  const folder = resolveHome(home);
  const text = readTextIfPresent(logFile(folder, name));
  if (text === undefined) {
    throw unknownNode(folder, name);
  }
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

function nodeStatus(home: string, spec: ProcessSpec, isSupervised: boolean): NodeStatus {
  const { name, kind, organisation } = spec;
  const state = readState(home, name);
  const { pid, identity, startedAt, lastExit, restarts = 0 } = state ?? {};
  const exit = lastExit === undefined ? {} : { lastExit };
  if (pid === undefined || identity === undefined || !isAlive({ pid, identity })) {
    return {
      name,
      kind,
      organisation,
      state: isSupervised ? 'waiting' : 'stopped',
      restarts,
      ...exit,
    };
  }
  return {
    name,
    kind,
    organisation,
    pid,
    restarts,
    ...exit,
    state: isSupervised ? 'running' : 'unsupervised',
    ...(startedAt === undefined ? {} : { startedAt }),
    ...memoryOf(pid),
  };
}

function memoryOf(pid: number): { memory?: number } {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? {} : { memory: Number(kilobytes) * 1024 };
  } catch {
    return {};
  }
}
