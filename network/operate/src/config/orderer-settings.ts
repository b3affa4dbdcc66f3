// SPDX-License-Identifier: Apache-2.0
// An orderer's orderer.yaml.
import { join } from 'node:path';
import { authorityRoot, issuedFiles, localMsp } from '../topology/organisation-files.js';
import type { OrdererPlan, OrganisationPlan } from '../topology/network-plan.js';
import { type Settings, mergeSettings } from './merge-settings.js';

/** The sample orderer.yaml with the changes for this orderer. */
export function ordererSettings(
  sample: Settings,
  organisation: OrganisationPlan,
  orderer: OrdererPlan,
): Settings {
  const tls = issuedFiles(organisation.folder, 'tlsca', orderer.name);
  const data = join(orderer.folder, 'data');
  const server = { Enabled: true, PrivateKey: tls.key, Certificate: tls.cert };
  // Only the organisation's operator may join and leave channels and read metrics.
  const operator = {
    ...server,
    ClientAuthRequired: true,
    ClientRootCAs: [authorityRoot(organisation.folder, 'operationsca')],
  };
  return mergeSettings(sample, {
    General: {
      ListenAddress: orderer.host,
      ListenPort: orderer.port,
      TLS: { ...server, RootCAs: [authorityRoot(organisation.folder, 'tlsca')] },
      Cluster: { ClientCertificate: tls.cert, ClientPrivateKey: tls.key },
      Keepalive: { ServerMinInterval: '10s' },
      BootstrapMethod: 'none',
      LocalMSPDir: localMsp(organisation.folder, orderer.name),
      LocalMSPID: organisation.topology.mspId,
    },
    FileLedger: { Location: data },
    Consensus: {
      WALDir: join(data, 'etcdraft', 'wal'),
      SnapDir: join(data, 'etcdraft', 'snapshot'),
    },
    Operations: { ListenAddress: `${orderer.host}:${orderer.operationsPort}`, TLS: operator },
    Metrics: { Provider: 'prometheus' },
    Admin: { ListenAddress: `${orderer.host}:${orderer.adminPort}`, TLS: operator },
    ChannelParticipation: { Enabled: true },
  });
}
