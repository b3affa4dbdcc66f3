// SPDX-License-Identifier: Apache-2.0
// Starts a network, new or with kept data. Every step does only what is missing.
import { resolve } from 'node:path';
import { withLock } from '@fabric-offline-pay/node-common';
import { requireContent } from '../chaincode/content-version.js';
import { type NetworkDescription, writeDescription } from '../description.js';
import { findPrograms } from '../programs/find-programs.js';
import { requireNode } from '../programs/prerequisites.js';
import { type Progress, silent } from '../progress.js';
import { declareProcess, ensureSupervisor } from '../supervisor/control.js';
import { waitReady, waitServicesReady } from '../supervisor/readiness.js';
import { endorsersOf, type OrganisationPlan, readersOf } from '../topology/network-plan.js';
import type { Topology } from '../topology/topology.js';
import type { ChaincodeDefinition } from './commit-definition.js';
import { joinChannel, waitUntilOrdering, writeFirstBlock } from './create-channel.js';
import { type ChaincodeDirectories, deployChaincode, ownChaincode } from './deploy-chaincode.js';
import { prepareFabricProcesses } from './fabric-processes.js';
import { type PortChoice, establishPlan, homeLock, resolveHome } from './home.js';
import { issueCertificates, startAuthorities } from './issue-certificates.js';
import type { NetworkContext } from './network-context.js';
import { registerTopologyIdentities } from './identities.js';
import { serviceProcess } from './services.js';

/** Options for starting a network. All have a default. */
export interface UpOptions {
  /** The network's folder; see {@link resolveHome}. */
  readonly home?: string;
  /** Default: the default network, in an existing home with the organisations that founded it. */
  readonly topology?: Topology;
  /** First of the neighbouring ports to use, or `free`. The home keeps its first choice. */
  readonly ports?: PortChoice;
  /** Package folder of the chaincode. Default: the repository's. */
  readonly chaincodeDirectory?: string;
  /** Other chaincode for some organisations, by id. */
  readonly chaincodeDirectories?: Readonly<Record<string, string>>;
  readonly withProgress?: Progress;
}

/** How long to wait for another process that changes the same home. */
const LOCK_DEADLINE_MS = 300_000;

/**
 * Starts the network and returns how to reach it. Idempotent: it checks a running network, and deploys the chaincode again only
 * if its content, collections or policy changed.
 * @throws NetworkError with a stable code. Processes that were started keep running until `downNetwork`.
 */
export async function upNetwork(options: UpOptions = {}): Promise<NetworkDescription> {
  requireNode();
  const directories = directoriesOf(options);
  const home = resolveHome(options.home);
  const progress = options.withProgress ?? silent;
  const programs = await findPrograms(progress);
  return withLock(homeLock(home), LOCK_DEADLINE_MS, async () => {
    const plan = await establishPlan(home, options.topology, options.ports);
    return bringUp({ programs, plan, progress }, directories);
  });
}

/** @throws NetworkError `CHAINCODE_NOT_BUILT`, before anything is started. */
function directoriesOf(options: UpOptions): ChaincodeDirectories {
  const common = resolve(options.chaincodeDirectory ?? ownChaincode);
  const others = Object.entries(options.chaincodeDirectories ?? {});
  const byOrganisation = Object.fromEntries(others.map(([id, path]) => [id, resolve(path)]));
  for (const directory of [common, ...Object.values(byOrganisation)]) {
    requireContent(directory);
  }
  return { common, byOrganisation };
}

async function bringUp(
  context: NetworkContext,
  directories: ChaincodeDirectories,
): Promise<NetworkDescription> {
  const { plan, programs, progress } = context;
  const endorsers = endorsersOf(plan);
  await ensureSupervisor(plan.home);
  await startAuthorities(context);
  await issueCertificates(context, endorsers);
  await writeFirstBlock(context);
  await startNodes(context, endorsers);
  progress({ stage: 'channel', message: `joining ${plan.topology.channel.name}` });
  await joinChannel(context, endorsers);
  // While orderers elect their leader and peers find each other, processors have little to do.
  const [definition] = await Promise.all([
    orderAndEndorse(context, directories),
    followChannel(context),
  ]);
  await registerTopologyIdentities(context);
  const description = await writeDescription(plan, { ...definition, programs: programs.bin });
  await startServices(context);
  progress({ stage: 'ready', message: `the network in ${plan.home} is up` });
  return description;
}

async function orderAndEndorse(
  context: NetworkContext,
  directories: ChaincodeDirectories,
): Promise<ChaincodeDefinition> {
  await waitUntilOrdering(context);
  return deployChaincode(context, directories);
}

/** Brings up the organisations that only read. Nothing waits for them but the end of the start. */
async function followChannel(context: NetworkContext): Promise<void> {
  const readers = readersOf(context.plan);
  if (readers.length === 0) return;
  await issueCertificates(context, readers);
  await startNodes(context, readers);
  await joinChannel(context, readers);
}

async function startNodes(
  context: NetworkContext,
  organisations: readonly OrganisationPlan[],
): Promise<void> {
  const { plan, progress } = context;
  const processes = prepareFabricProcesses(context, organisations);
  const names = processes.map(({ name }) => name);
  progress({ stage: 'nodes', message: `starting ${names.join(', ')}` });
  for (const process of processes) {
    declareProcess(plan.home, process);
  }
  await Promise.all(names.map((name) => waitReady(plan.home, name)));
}

async function startServices({ plan, progress }: NetworkContext): Promise<void> {
  for (const service of plan.topology.services) {
    progress({ stage: 'services', message: `starting ${service.name}` });
    declareProcess(plan.home, serviceProcess(plan, service));
  }
  await waitServicesReady(plan.home);
}
