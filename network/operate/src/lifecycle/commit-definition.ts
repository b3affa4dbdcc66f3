// SPDX-License-Identifier: Apache-2.0
// Installs, approves and commits the chaincode's definition for all organisations, unless it is committed already.
import { join } from 'node:path';
import { NetworkError, waitUntil, writeJson } from '@fabric-offline-pay/node-common';
import { z } from 'zod';
import type { ChaincodePackage } from '../chaincode/chaincode-package.js';
import { collectionConfigs } from '../topology/collections.js';
import { endorsersOf, type EndorserPlan, type NetworkPlan } from '../topology/network-plan.js';
import { authorityRoot } from '../topology/organisation-files.js';
import { renderPolicy } from '../topology/policies.js';
import type { Administrator } from './administrator.js';
import { ordererArguments } from './orderer-arguments.js';

/** What the channel knows about a chaincode. */
export interface ChaincodeDefinition {
  readonly version: string;
  readonly sequence: number;
}

/** An organisation that endorses, its administrator, and the package that its peers run. */
export interface Approver {
  readonly organisation: EndorserPlan;
  readonly administrator: Administrator;
  readonly package: ChaincodePackage;
}

const committedSchema = z.object({ version: z.string(), sequence: z.int() });
const ORDERING_DEADLINE_MS = 30_000;

/** @returns the committed definition; undefined before the first. */
export async function committedDefinition(
  plan: NetworkPlan,
  [first]: readonly Approver[],
): Promise<ChaincodeDefinition | undefined> {
  const { channel, chaincode } = plan.topology;
  const where = ['--channelID', channel.name, '--name', chaincode.name, '--output', 'json'];
  try {
    const command = ['lifecycle', 'chaincode', 'querycommitted', ...where];
    const answer = await first?.administrator.peer(command);
    return answer === undefined ? undefined : committedSchema.parse(JSON.parse(answer));
  } catch (error) {
    if (error instanceof NetworkError && error.message.includes('is not defined')) {
      return undefined;
    }
    throw error;
  }
}

/** Installs every approver's package on all its peers. */
export async function installPackages(approvers: readonly Approver[]): Promise<void> {
  const installs = approvers.flatMap(({ administrator, organisation, package: { file } }) =>
    organisation.peers.map(async (peer) => {
      await tolerate('already successfully installed', () =>
        administrator.peer(['lifecycle', 'chaincode', 'install', file], peer),
      );
    }),
  );
  await Promise.all(installs);
}

/** Approves the definition for every approver. */
export async function approveDefinition(
  plan: NetworkPlan,
  approvers: readonly Approver[],
  definition: ChaincodeDefinition,
): Promise<void> {
  const terms = definitionArguments(plan, definition);
  await Promise.all(approvers.map((approver) => approve(plan, approver, terms)));
}

/** Commits the approved definition. The channel's policy needs a majority of organisations. */
export async function commitDefinition(
  plan: NetworkPlan,
  [first]: readonly Approver[],
  definition: ChaincodeDefinition,
): Promise<void> {
  if (first !== undefined) {
    await commit(plan, first.administrator, definitionArguments(plan, definition));
  }
}

async function approve(plan: NetworkPlan, approver: Approver, terms: string[]): Promise<void> {
  const { administrator, organisation } = approver;
  const id = ['--package-id', approver.package.id];
  await whenOrdering(`${organisation.topology.id} to approve the chaincode`, () =>
    tolerate('with unchanged content', () =>
      administrator.peer([
        'lifecycle',
        'chaincode',
        'approveformyorg',
        ...ordererArguments(plan),
        ...terms,
        ...id,
      ]),
    ),
  );
}

async function commit(
  plan: NetworkPlan,
  administrator: Administrator,
  terms: string[],
): Promise<void> {
  const peers = endorsersOf(plan).flatMap(({ folder, peers: [peer] }) =>
    peer === undefined
      ? []
      : [
          '--peerAddresses',
          `${peer.host}:${peer.port}`,
          '--tlsRootCertFiles',
          authorityRoot(folder, 'tlsca'),
        ],
  );
  const command = [
    'lifecycle',
    'chaincode',
    'commit',
    ...ordererArguments(plan),
    ...terms,
    ...peers,
  ];
  await whenOrdering('the chaincode to be committed', () => administrator.peer(command));
}

function definitionArguments(plan: NetworkPlan, definition: ChaincodeDefinition): string[] {
  const { channel, chaincode, organisations } = plan.topology;
  const collections = join(plan.home, 'channel', 'collections.json');
  writeJson(collections, collectionConfigs(plan.topology));
  return [
    '--channelID',
    channel.name,
    '--name',
    chaincode.name,
    '--version',
    definition.version,
    '--sequence',
    String(definition.sequence),
    '--signature-policy',
    renderPolicy(chaincode.endorsement, organisations),
    ...(chaincode.collections.length === 0 ? [] : ['--collections-config', collections]),
  ];
}

/** Orderers refuse until they have a leader, so this repeats the call. */
async function whenOrdering(what: string, work: () => Promise<unknown>): Promise<void> {
  const attempt = async (): Promise<true | undefined> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof NetworkError && error.message.includes('SERVICE_UNAVAILABLE')) {
        return undefined;
      }
      throw new NetworkError('NODE_FAILED', `Failed waiting for ${what}`, { cause: error });
    }
  };
  await waitUntil(what, attempt, { deadlineMs: ORDERING_DEADLINE_MS });
}

async function tolerate(message: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof NetworkError && error.message.includes(message))) {
      throw error;
    }
  }
}
