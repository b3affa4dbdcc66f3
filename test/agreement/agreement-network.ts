// SPDX-License-Identifier: Apache-2.0
// A real network whose every call is recorded.
import { defaultTopology } from '@fabric-offline-pay/network';
import { bareNetwork } from '../support/bare-network';
import { RawGateways } from '../support/raw-gateway';
import { World, type ClientFor } from '../support/world';
import { PeerBlocks } from './peer-blocks';
import { Probe } from './probe';
import { probeChaincode } from './probe-chaincode';
import { Recorder } from './recorder';
import type { Recording } from './recording';
import { recordingClient } from './recording-transport';

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
      ...defaultTopology,
      channel: { ...defaultTopology.channel, batchTimeout: BATCH_TIMEOUT },
    },
  });
  const { description } = network.clients;
  const gateways = new RawGateways(network.home, description);
  const mspIdOf = (role: (typeof ORGANISATIONS)[number]) =>
    network.clients.organisation(role).mspId;
  const organisations = {
    bank: mspIdOf('bank'),
    merchant: mspIdOf('merchant'),
    logistics: mspIdOf('logistics'),
  };
  const height = await (await network.clients.connection('bank', 'operator')).height();
  const peers = await Promise.all(
    ORGANISATIONS.map(async (id) =>
      PeerBlocks.open(
        await gateways.as(id, 'operator', network.clients.organisation(id).actor),
        height,
      ),
    ),
  );
  const recorder = new Recorder(peers);
  const clientFor: ClientFor = async (role, attribute, actor) =>
    recordingClient(
      recorder,
      await gateways.as(role, attribute, actor),
      organisations[role as keyof typeof organisations],
      organisations,
    );
  return {
    world: new World(clientFor, network.clients.channel),
    clientFor,
    participants: network.participants(...ORGANISATIONS),
    probe: new Probe(recorder, gateways, organisations),
    recording: () => ({
      channel: description.channel,
      chaincode: description.chaincode.name,
      rounds: recorder.rounds,
    }),
    end: async () => {
      for (const peer of peers) peer.close();
      await gateways.close();
      await network.end();
    },
  };
}
