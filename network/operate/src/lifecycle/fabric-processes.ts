// SPDX-License-Identifier: Apache-2.0
// Writes the settings of peers and orderers and describes their processes.
import { join } from 'node:path';
import { writeFileAtomic } from '@fabric-offline-pay/node-common';
import { stringify } from 'yaml';
import type { Settings } from '../config/merge-settings.js';
import { ordererSettings } from '../config/orderer-settings.js';
import { peerSettings } from '../config/peer-settings.js';
import { externalBuilder } from '../package-folders.js';
import { type ProgramName, programPath } from '../programs/program-paths.js';
import { sampleSettings } from '../programs/sample-settings.js';
import type { NodeKind, ProcessDeclaration } from '../supervisor/run-folder.js';
import type { OrdererPlan, OrganisationPlan, PeerPlan } from '../topology/network-plan.js';
import type { NetworkContext } from './network-context.js';

/** Fabric's default format, without colours. */
const LOG_FORMAT = '%{time:2006-01-02T15:04:05.000Z07:00} %{level:.4s} [%{module}] %{message}';

/** Writes the settings of these organisations' peers and orderers and returns their processes. */
export function prepareFabricProcesses(
  context: NetworkContext,
  organisations: readonly OrganisationPlan[],
): ProcessDeclaration[] {
  const core = sampleSettings(context.programs, 'core.yaml');
  const orderer = sampleSettings(context.programs, 'orderer.yaml');
  return organisations.flatMap((organisation) => [
    ...organisation.orderers.map((node) => {
      writeNodeSettings(node.folder, 'orderer.yaml', ordererSettings(orderer, organisation, node));
      return fabricProcess(context, organisation, node, 'orderer', []);
    }),
    ...organisation.peers.map((node) => {
      const settings = peerSettings(core, organisation, node, externalBuilder);
      writeNodeSettings(node.folder, 'core.yaml', settings);
      return fabricProcess(context, organisation, node, 'peer', ['node', 'start']);
    }),
  ]);
}

function writeNodeSettings(folder: string, file: string, settings: Settings): void {
  writeFileAtomic(join(folder, file), stringify(settings));
}

/**
 * Nobody waits for a peer that only reads, so on a machine that is busy it takes what the others leave. The program replaces `nice` and
 * keeps its process id.
 */
const yielding = (
  program: string,
  args: readonly string[],
): Pick<ProcessDeclaration, 'command' | 'args'> => ({
  command: 'nice',
  args: ['-n', '10', program, ...args],
});

function fabricProcess(
  { programs }: NetworkContext,
  organisation: OrganisationPlan,
  node: PeerPlan | OrdererPlan,
  kind: Extract<NodeKind, ProgramName>,
  args: string[],
): ProcessDeclaration {
  const program = programPath(programs, kind);
  return {
    name: node.name,
    kind,
    organisation: organisation.topology.id,
    ...(organisation.topology.readsOnly ? yielding(program, args) : { command: program, args }),
    env: {
      FABRIC_CFG_PATH: node.folder,
      FABRIC_LOGGING_SPEC: 'warning',
      // Their heaps are small. Collecting garbage half as often costs some memory and saves a tenth of their time.
      GOGC: '200',
      FABRIC_LOGGING_FORMAT: LOG_FORMAT,
    },
    cwd: node.folder,
    ready: { host: node.host, port: node.port },
  };
}
