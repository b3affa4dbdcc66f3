// SPDX-License-Identifier: Apache-2.0
// The channel's configtx.yaml: the profile from which configtxgen writes the first block.
import { NetworkError } from '@fabric-offline-pay/node-common';
import { channelMsp, issuedFiles } from '../topology/organisation-files.js';
import type { NetworkPlan, OrganisationPlan } from '../topology/network-plan.js';
import { renderPolicy } from '../topology/policies.js';
import { type Settings, isTree } from './merge-settings.js';

/** Name of the profile. */
export const CHANNEL_PROFILE = 'OfflinePay';

/**
 * The configtx.yaml of the plan's channel. Access lists and implicit policies are the sample's, except those that would undo the
 * chaincode's policy: anybody who could change the chaincode or the channel without the bank could make money without it.
 * @param sample Fabric's sample configtx.yaml, merge keys resolved.
 */
export function channelSettings(sample: Settings, plan: NetworkPlan): Settings {
  const application = section(sample, 'Application');
  const orderer = section(sample, 'Orderer');
  const organisations = plan.organisations.map(organisationSection);
  const profile = {
    Policies: section(sample, 'Channel')['Policies'],
    Capabilities: { V2_0: true },
    Application: {
      ACLs: application['ACLs'],
      Policies: {
        ...section(application, 'Policies'),
        LifecycleEndorsement: neededSignatures(plan, 'peer'),
        Admins: neededSignatures(plan, 'admin'),
      },
      Organizations: organisations,
      Capabilities: { V2_5: true },
    },
    Orderer: {
      ...ordererSection(plan),
      Policies: { ...section(orderer, 'Policies'), Admins: neededSignatures(plan, 'admin') },
      Organizations: organisations.filter((_, index) => plan.organisations[index]?.orderers.length),
      Capabilities: { V2_0: true },
    },
  };
  return { Profiles: { [CHANNEL_PROFILE]: profile } };
}

/** The organisations whose peers or administrators must sign. */
const neededSignatures = ({ topology }: NetworkPlan, principal: 'peer' | 'admin'): Settings => ({
  Type: 'Signature',
  Rule: renderPolicy(topology.chaincode.endorsement, topology.organisations, principal),
});

function ordererSection(plan: NetworkPlan): Settings {
  const { channel } = plan.topology;
  return {
    OrdererType: 'etcdraft',
    BatchTimeout: channel.batchTimeout,
    BatchSize: {
      MaxMessageCount: channel.maxMessageCount,
      PreferredMaxBytes: channel.preferredMaxBytes,
      AbsoluteMaxBytes: channel.absoluteMaxBytes,
    },
    EtcdRaft: {
      Consenters: plan.organisations.flatMap(consenters),
      // A lost leader is replaced in 2 to 4 s. A fast local network can use shorter ticks than the sample's.
      Options: {
        TickInterval: '200ms',
        ElectionTick: 10,
        HeartbeatTick: 1,
        MaxInflightBlocks: 5,
        // Must be less than PreferredMaxBytes: a restarted orderer of v2.5.0 hangs for ever when it replays its first membership entries
        // over more than one page of this size. After a snapshot it never replays them.
        SnapshotIntervalSize: '1 MB',
      },
    },
  };
}

function consenters(organisation: OrganisationPlan): Settings[] {
  return organisation.orderers.map(({ host, port, name }) => {
    const { cert } = issuedFiles(organisation.folder, 'tlsca', name);
    return { Host: host, Port: port, ClientTLSCert: cert, ServerTLSCert: cert };
  });
}

/**
 * Who reads and writes. Clients come first, because nodes try the members in turn and remember only a hundred answers. With clients
 * last, twenty cashiers of one organisation made every node verify their certificate chains at each transaction.
 */
const MEMBERS = ['client', 'peer', 'admin', 'orderer'] as const;

const signature = (rule: string): Settings => ({ Type: 'Signature', Rule: rule });

const anyOf = (mspId: string, principals: readonly string[]): Settings =>
  signature(`OR(${principals.map((principal) => `'${mspId}.${principal}'`).join(', ')})`);

/** Two signatures of a rule that counts one: Fabric's way to write what nobody fulfils. `OR` of an unused kind would not do, for the CA makes kinds. */
const nobodyOf = (mspId: string): Settings => signature(`OutOf(2, '${mspId}.member')`);

function organisationSection(organisation: OrganisationPlan): Settings {
  const { mspId, readsOnly } = organisation.topology;
  const shared = {
    Name: mspId,
    ID: mspId,
    MSPDir: channelMsp(organisation.folder),
    OrdererEndpoints: organisation.orderers.map(({ host, port }) => `${host}:${port}`),
  };
  if (readsOnly) return { ...shared, Policies: readerPolicies(mspId) };
  return {
    ...shared,
    Policies: {
      Readers: anyOf(mspId, MEMBERS),
      Writers: anyOf(mspId, MEMBERS),
      Admins: anyOf(mspId, ['admin']),
      Endorsement: anyOf(mspId, ['peer']),
    },
    // Without anchor peers in the first block, discovery never finds the other organisations' endorsers.
    AnchorPeers: organisation.peers.map(({ host, port }) => ({ Host: host, Port: port })),
  };
}

/**
 * The least with which an organisation follows the channel. Its peers and clients need `Readers` only: orderers deliver blocks by
 * /Channel/Readers; peers gossip (`VerifyByChannel`), and deliver blocks, heights and outcomes, by /Channel/Application/Readers; joining is
 * decided by the peer's own administrator. `Writers` is what orderers, endorsing peers (peer/Propose) and the discovery service ask for, and
 * discovery is only for those who look for endorsers. With `Endorsement` it could write into its own implicit collection, and would count
 * where most must endorse. Its administrators can still change what is its own, such as its revocation list, which another one sends. Nobody
 * needs to find its peers, so it has no anchor peer: they find the others by theirs.
 */
const readerPolicies = (mspId: string): Settings => ({
  Readers: anyOf(mspId, MEMBERS),
  Writers: nobodyOf(mspId),
  Admins: anyOf(mspId, ['admin']),
  Endorsement: nobodyOf(mspId),
});

function section(sample: Settings, name: string): Settings {
  const value = sample[name];
  if (!isTree(value)) {
    throw new NetworkError('PREREQUISITE_MISSING', `The sample configtx.yaml has no ${name}`);
  }
  return value;
}
