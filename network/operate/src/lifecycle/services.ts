// SPDX-License-Identifier: Apache-2.0
// Runs further processes beside Fabric's nodes, under the same supervisor.
import { rmSync } from 'node:fs';
import { NetworkError } from '@fabric-offline-pay/node-common';
import { declareProcess, livingSupervisor, withdrawProcess } from '../supervisor/control.js';
import { waitReady } from '../supervisor/readiness.js';
import { forgetService, type ProcessDeclaration, readSpec } from '../supervisor/run-folder.js';
import type { NetworkPlan } from '../topology/network-plan.js';
import { type ServiceTopology, serviceSchema } from '../topology/topology.js';
import { requirePlan, resolveHome } from './home.js';

/** A service to start. `organisation` defaults to the network's first. */
export type ServiceOptions = Omit<ServiceTopology, 'organisation' | 'args' | 'env'> &
  Partial<Pick<ServiceTopology, 'organisation' | 'args' | 'env'>>;

/** The specification of a service's process, which runs in the home folder. */
export function serviceProcess(plan: NetworkPlan, service: ServiceTopology): ProcessDeclaration {
  const { name, organisation, command, args, env, readyFile, readyPort } = service;
  const owner = plan.organisations.find(({ topology }) => topology.id === organisation);
  if (owner === undefined) {
    throw new NetworkError('ORGANISATION_UNKNOWN', `Service ${name} names no known organisation`);
  }
  const declaration = {
    name,
    kind: 'service' as const,
    organisation,
    command,
    args,
    env,
    cwd: plan.home,
  };
  if (readyFile !== undefined) {
    return { ...declaration, ready: { file: readyFile } };
  }
  const { host } = owner.topology;
  return readyPort === undefined
    ? declaration
    : { ...declaration, ready: { host, port: readyPort } };
}

/**
 * Starts a further process under the home's supervisor and waits until it is ready. A second call with the same specification
 * changes nothing; with another, it replaces the process. The process runs until `stopService` or `downNetwork`, and is started
 * again when it dies.
 * @throws NetworkError `NETWORK_NOT_UP` | `NODE_FAILED` | `DEADLINE_PASSED` | `ORGANISATION_UNKNOWN`
 */
export async function startService(home: string, options: ServiceOptions): Promise<void> {
  const folder = resolveHome(home);
  const plan = requirePlan(folder);
  const [first] = plan.topology.organisations;
  const defaults = { organisation: first?.id ?? '', args: [], env: {} };
  const service = serviceSchema.parse({ ...defaults, ...options });
  if (livingSupervisor(folder) === undefined) {
    throw new NetworkError('NETWORK_NOT_UP', `The network in ${folder} is down`, {
      advice: 'Run npm run network -- up.',
    });
  }
  if (declareProcess(folder, serviceProcess(plan, service)) && service.readyFile !== undefined) {
    rmSync(service.readyFile, { force: true });
  }
  await waitReady(folder, service.name);
}

/** Ends a service and forgets it. Does nothing when there is none with this name. */
export async function stopService(home: string, name: string): Promise<void> {
  const folder = resolveHome(home);
  const spec = readSpec(folder, name);
  if (spec !== undefined && spec.kind !== 'service') {
    throw new NetworkError('NODE_UNKNOWN', `${name} is not a service`, {
      details: { kind: spec.kind },
    });
  }
  forgetService(folder, name);
  await withdrawProcess(folder, name);
}
