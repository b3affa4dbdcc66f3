// SPDX-License-Identifier: Apache-2.0
// A peer's core.yaml.
import { join } from 'node:path';
import {
  type CertificateFiles,
  authorityRoot,
  issuedFiles,
  localMsp,
} from '../topology/organisation-files.js';
import type { OrganisationPlan, PeerPlan } from '../topology/network-plan.js';
import { type Settings, mergeSettings } from './merge-settings.js';

/** Client proposals that a peer's gateway serves at once; a submit holds its place until it has committed. */
const GATEWAY_CONCURRENCY = 2000;

/**
 * The sample core.yaml with what differs for this peer.
 * @param builder folder of the external builder that runs chaincode as a service.
 */
export function peerSettings(
  sample: Settings,
  organisation: OrganisationPlan,
  peer: PeerPlan,
  builder: string,
): Settings {
  const tls = issuedFiles(organisation.folder, 'tlsca', peer.name);
  return mergeSettings(sample, {
    peer: peerSection(organisation, peer, tls),
    vm: { endpoint: '' },
    chaincode: {
      externalBuilders: [{ name: 'ccaas', path: builder }],
      // The shim ends itself when it meets a keepalive message.
      keepalive: 0,
    },
    ledger: {
      // No transaction asks what a key held before: blocks tell, and nothing is written for it.
      history: { enableHistoryDatabase: false },
      snapshots: { rootDir: join(peer.folder, 'data', 'snapshots') },
    },
    operations: {
      listenAddress: `${peer.host}:${peer.operationsPort}`,
      tls: {
        enabled: true,
        cert: { file: tls.cert },
        key: { file: tls.key },
        clientAuthRequired: true,
        clientRootCAs: { files: [authorityRoot(organisation.folder, 'operationsca')] },
      },
    },
    metrics: { provider: 'prometheus' },
  });
}

function peerSection(
  organisation: OrganisationPlan,
  peer: PeerPlan,
  tls: CertificateFiles,
): Settings {
  const address = `${peer.host}:${peer.port}`;
  return {
    id: peer.name,
    networkId: 'offline-pay',
    listenAddress: address,
    address,
    // Chaincode is called by the peer, never calls it: the listener for that gets any free port.
    chaincodeListenAddress: `${peer.host}:0`,
    fileSystemPath: join(peer.folder, 'data'),
    mspConfigPath: localMsp(organisation.folder, peer.name),
    localMspId: organisation.topology.mspId,
    gossip: gossipSection(organisation, address),
    gateway: { enabled: true, dialTimeout: '10s' },
    keepalive: {
      minInterval: '10s',
      client: { interval: '20s' },
      deliveryClient: { interval: '20s' },
    },
    deliveryclient: { reConnectBackoffThreshold: '5s' },
    tls: {
      enabled: true,
      clientAuthRequired: false,
      cert: { file: tls.cert },
      key: { file: tls.key },
      rootcert: { file: authorityRoot(organisation.folder, 'tlsca') },
      clientRootCAs: { files: [authorityRoot(organisation.folder, 'tlsca')] },
    },
    limits: { concurrency: { gatewayService: GATEWAY_CONCURRENCY } },
  };
}

function gossipSection(organisation: OrganisationPlan, address: string): Settings {
  const own = organisation.peers.map(({ host, port }) => `${host}:${port}`);
  return {
    bootstrap: own.join(' '),
    endpoint: address,
    externalEndpoint: address,
    // Discovery waits for these: small networks can afford to tell each other often.
    publishStateInfoInterval: '1s',
    requestStateInfoInterval: '1s',
    pullInterval: '1s',
    aliveTimeInterval: '1s',
    // A peer that hangs is asked for no endorsement from then on, where its organisation has another.
    aliveExpirationTimeout: '4s',
    reconnectInterval: '1s',
  };
}
