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

/** How many client proposals a peer's gateway serves at once. A submit keeps its place until it is committed. */
const GATEWAY_CONCURRENCY = 2000;

/**
 * The sample core.yaml with the changes for this peer.
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
      // The shim ends when it receives a keepalive message.
      keepalive: 0,
    },
    ledger: {
      // No transaction reads the history of a key, and blocks hold it, so no index is written.
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
    // The peer calls the chaincode, never the other way round, so this listener gets any free port.
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

/**
 * How often a peer tells the others of itself. Discovery waits for these messages, and small networks can send them often. Nobody waits for
 * a peer that endorses nothing: it has Fabric's own intervals, but for the sign of life, which the others expect within 4 s.
 */
const intervalsOf = ({ topology }: OrganisationPlan): Settings =>
  topology.readsOnly
    ? {
        publishStateInfoInterval: '4s',
        requestStateInfoInterval: '4s',
        pullInterval: '4s',
        aliveTimeInterval: '2s',
      }
    : {
        publishStateInfoInterval: '1s',
        requestStateInfoInterval: '1s',
        pullInterval: '1s',
        aliveTimeInterval: '1s',
      };

function gossipSection(organisation: OrganisationPlan, address: string): Settings {
  const own = organisation.peers.map(({ host, port }) => `${host}:${port}`);
  return {
    bootstrap: own.join(' '),
    endpoint: address,
    externalEndpoint: address,
    ...intervalsOf(organisation),
    // A hanging peer is then not asked for endorsements, if its organisation has another.
    aliveExpirationTimeout: '4s',
    reconnectInterval: '1s',
  };
}
