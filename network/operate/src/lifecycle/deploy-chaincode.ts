// SPDX-License-Identifier: Apache-2.0
// Deploys the present chaincode: installs, approves and commits what changed, and waits until all endorsers can endorse.
import { join } from 'node:path';
import { NetworkError, waitUntil } from '@fabric-offline-pay/node-common';
import { makeSocketFolder } from '../chaincode/chaincode-endpoint.js';
import { chaincodePackage } from '../chaincode/chaincode-package.js';
import { chaincodeProcess } from '../chaincode/chaincode-process.js';
import { contentVersion } from '../chaincode/content-version.js';
import { repositoryFolder } from '../package-folders.js';
import { declareProcess } from '../supervisor/control.js';
import { waitReady } from '../supervisor/readiness.js';
import { collectionConfigs } from '../topology/collections.js';
import { endorsersOf, type NetworkPlan, type PeerPlan } from '../topology/network-plan.js';
import { renderPolicy } from '../topology/policies.js';
import { Administrator } from './administrator.js';
import {
  type Approver,
  type ChaincodeDefinition,
  commitDefinition,
  approveDefinition,
  committedDefinition,
  installPackages,
} from './commit-definition.js';
import type { NetworkContext } from './network-context.js';

/** The code to run: absolute paths of package folders whose `main` exports `contracts`. */
export interface ChaincodeDirectories {
  /** The code of every organisation that is not named below. The version of the definition is computed from it. */
  readonly common: string;
  /** Other code for some organisations, by id. A test uses it to make one of them cheat. */
  readonly byOrganisation: Readonly<Record<string, string>>;
}

/** The repository's chaincode. */
export const ownChaincode = join(repositoryFolder, 'chaincode');

const ENDORSING_DEADLINE_MS = 60_000;
const METADATA_QUERY = '{"Args":["org.hyperledger.fabric:GetMetadata"]}';

/** Deploys the chaincode and returns its committed definition. The endorsers' peers must have joined. */
export async function deployChaincode(
  context: NetworkContext,
  directories: ChaincodeDirectories,
): Promise<ChaincodeDefinition> {
  const { plan, progress } = context;
  const { channel, chaincode, organisations } = plan.topology;
  const policy = renderPolicy(chaincode.endorsement, organisations);
  const version = contentVersion(directories.common, [policy, collectionConfigs(plan.topology)]);
  const approvers = await Promise.all(
    endorsersOf(plan).map(async (organisation) => ({
      organisation,
      administrator: new Administrator(context, organisation),
      package: await chaincodePackage(organisation, `${chaincode.name}_${version}`),
    })),
  );
  const committed = await committedDefinition(plan, approvers);
  const isNew = committed?.version !== version;
  const definition = isNew ? { version, sequence: (committed?.sequence ?? 0) + 1 } : committed;
  if (isNew) {
    const what = `${chaincode.name} ${version}, sequence ${definition.sequence}, on ${channel.name}`;
    progress({ stage: 'chaincode', message: `deploying ${what}` });
    await installPackages(approvers);
    await approveDefinition(plan, approvers, definition);
  }
  await startProcesses(plan, approvers, directories);
  if (isNew) {
    await commitDefinition(plan, approvers, definition);
  }
  await waitUntilEndorsing(plan, approvers, policy);
  return definition;
}

/** Code that does not start is never committed. */
async function startProcesses(
  plan: NetworkPlan,
  approvers: readonly Approver[],
  { common, byOrganisation }: ChaincodeDirectories,
): Promise<void> {
  const starts = approvers.map(async ({ organisation, package: { id } }) => {
    const directory = byOrganisation[organisation.topology.id] ?? common;
    makeSocketFolder(organisation);
    declareProcess(plan.home, chaincodeProcess(organisation, directory, id));
    await waitReady(plan.home, organisation.chaincode.name);
  });
  await Promise.all(starts);
}

async function waitUntilEndorsing(
  plan: NetworkPlan,
  approvers: readonly Approver[],
  policy: string,
): Promise<void> {
  const waits = approvers.flatMap(({ administrator, organisation }) =>
    organisation.peers.flatMap((peer) => [
      waitUntilAnswering(plan, administrator, peer),
      waitUntilDiscovered(plan, administrator, peer, policy),
    ]),
  );
  await Promise.all(waits);
}

/** Waits until the peer reaches its chaincode process. */
async function waitUntilAnswering(
  plan: NetworkPlan,
  administrator: Administrator,
  peer: PeerPlan,
): Promise<void> {
  const { channel, chaincode } = plan.topology;
  const where = ['-C', channel.name, '-n', chaincode.name, '-c', METADATA_QUERY];
  await waitUntil(
    `the chaincode of ${peer.name} to answer`,
    () => administrator.peer(['chaincode', 'query', ...where], peer),
    { deadlineMs: ENDORSING_DEADLINE_MS },
  );
}

/** Waits until the peer's discovery knows endorsers of every organisation in the policy. */
async function waitUntilDiscovered(
  plan: NetworkPlan,
  administrator: Administrator,
  peer: PeerPlan,
  policy: string,
): Promise<void> {
  const { channel, chaincode, organisations } = plan.topology;
  const endorsers = organisations
    .map(({ mspId }) => mspId)
    .filter((mspId) => policy.includes(`'${mspId}.`));
  await waitUntil(
    `${peer.name} to discover all organisations`,
    async () => {
      const answer = await administrator.discoverEndorsers(peer, channel.name, chaincode.name);
      const unknown = endorsers.filter((mspId) => !answer.includes(`"${mspId}"`));
      if (unknown.length > 0) {
        throw new NetworkError(
          'NETWORK_NOT_UP',
          `${peer.name} knows no endorser of ${unknown.join(', ')}`,
        );
      }
      return true;
    },
    { deadlineMs: ENDORSING_DEADLINE_MS },
  );
}
