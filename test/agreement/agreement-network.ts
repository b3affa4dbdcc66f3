// SPDX-License-Identifier: Apache-2.0
// A real network whose every call is recorded.
import { World, type ClientFor } from '@fabric-offline-pay/testing';
import { bareNetwork, foundersTopology, type BareNetwork } from '../support/bare-network.js';
import { CHANNEL } from '../support/memory-world.js';
import { RawGateways } from '../support/raw-gateway.js';
import { PeerBlocks } from './peer-blocks.js';
import { Probe } from './probe.js';
import { probeChaincode } from './probe-chaincode.js';
import { Recorder } from './recorder.js';
import type { Recording } from './recording.js';
import { recordingClient, type Organisations } from './recording-transport.js';

const ORGANISATIONS = ['bank', 'merchant', 'logistics'] as const;

/** Long enough for a round's transactions to meet in one block, short because there are hundreds of rounds. */
const BATCH_TIMEOUT = '50ms';

export interface AgreementNetwork {
  /** Not founded yet. */
  readonly world: World;
  readonly clientFor: ClientFor;
  readonly participants: Parameters<World['found']>[0];
  readonly probe: Probe;
  recording(): Recording;
  end(): Promise<void>;
}

/** @param chaincode a new folder, for the chaincode's package */
export async function agreementNetwork(chaincode: string): Promise<AgreementNetwork> {
  const network = await bareNetwork({
    chaincodeDirectory: probeChaincode(chaincode),
    topology: {
      ...foundersTopology,
      channel: { ...foundersTopology.channel, name: CHANNEL, batchTimeout: BATCH_TIMEOUT },
    },
  });
  const gateways = new RawGateways(network.home, network.clients.description);
  try {
    return await recorded(network, gateways);
  } catch (error) {
    await gateways.close();
    await network.end();
    throw error;
  }
}

/** The blocks of every organisation's peer, from the next one on. */
async function openPeers({ clients }: BareNetwork, gateways: RawGateways): Promise<PeerBlocks[]> {
  const next = await (await clients.connection('bank', 'operator')).height();
  return Promise.all(
    ORGANISATIONS.map(async (id) =>
      PeerBlocks.open(await gateways.as(id, 'operator', clients.organisation(id).actor), next),
    ),
  );
}

async function recorded(network: BareNetwork, gateways: RawGateways): Promise<AgreementNetwork> {
  const { clients } = network;
  const { channel, chaincode } = clients.description;
  const organisations = {
    bank: clients.organisation('bank').mspId,
    merchant: clients.organisation('merchant').mspId,
    logistics: clients.organisation('logistics').mspId,
  };
  const peers = await openPeers(network, gateways);
  const recorder = new Recorder(peers);
  const clientFor: ClientFor = async (role, attribute, actor) =>
    recordingClient(
      recorder,
      await gateways.as(role, attribute, actor),
      organisations[role as keyof Organisations],
      organisations,
    );
  return {
    world: new World(clientFor, channel),
    clientFor,
    participants: network.participants(...ORGANISATIONS),
    probe: new Probe(recorder, gateways, organisations),
    recording: () => ({ channel, chaincode: chaincode.name, rounds: recorder.rounds }),
    end: async () => {
      for (const peer of peers) peer.close();
      await gateways.close();
      await network.end();
    },
  };
}
