// SPDX-License-Identifier: Apache-2.0
import { firstOf } from '../../../../test/support/defined.js';
import { defaultTopology } from '../topology/default-topology.js';
import { planNetwork, readersOf } from '../topology/network-plan.js';
import { authoritySettings, caServerSettings } from './ca-settings.js';
import { channelSettings } from './channel-settings.js';
import { isTree, mergeSettings, type Settings } from './merge-settings.js';
import { mspSettings } from './msp-settings.js';
import { ordererSettings } from './orderer-settings.js';
import { peerSettings } from './peer-settings.js';

const plan = planNetwork(defaultTopology, '/net', 20_000);
const organisation = firstOf(plan.organisations);
const folder = '/net/organisations/bank';

describe('mergeSettings', () => {
  it('merges trees, replaces lists and scalars, and leaves its input alone', () => {
    const base = { a: { b: 1, c: [1, 2] }, d: 'x' };
    expect(mergeSettings(base, { a: { c: [3] }, e: null })).toEqual({
      a: { b: 1, c: [3] },
      d: 'x',
      e: null,
    });
    expect(base).toEqual({ a: { b: 1, c: [1, 2] }, d: 'x' });
  });
});

describe('peerSettings', () => {
  const sample = {
    peer: { id: 'jdoe', discovery: { enabled: true } },
    vm: { endpoint: 'unix:///docker' },
  };
  const settings = peerSettings(sample, organisation, firstOf(organisation.peers), '/builder');

  it('keeps what it does not change', () => {
    expect(settings).toMatchObject({ peer: { discovery: { enabled: true } } });
  });

  it('listens only on its own addresses, with TLS', () => {
    expect(settings).toMatchObject({
      peer: {
        id: 'bank-peer',
        address: '127.0.0.1:20001',
        listenAddress: '127.0.0.1:20001',
        chaincodeListenAddress: '127.0.0.1:0',
        localMspId: 'BankMSP',
        tls: { enabled: true, cert: { file: `${folder}/certificates/tlsca/bank-peer/cert.pem` } },
      },
    });
  });

  it('shows health and metrics to the operator only', () => {
    expect(settings).toMatchObject({
      operations: {
        listenAddress: '127.0.0.1:20002',
        tls: {
          enabled: true,
          clientAuthRequired: true,
          clientRootCAs: { files: [`${folder}/ca/operationsca/ca-cert.pem`] },
        },
      },
    });
  });

  it('is heard less often when it only reads, and still before the others take it for dead', () => {
    const reader = firstOf(readersOf(plan));
    const own = peerSettings(sample, reader, firstOf(reader.peers), '/builder');
    expect(own).toMatchObject({
      peer: { gossip: { aliveTimeInterval: '2s', pullInterval: '4s' } },
    });
    expect(settings).toMatchObject({
      peer: {
        gossip: { aliveTimeInterval: '1s', pullInterval: '1s', aliveExpirationTimeout: '4s' },
      },
    });
  });

  it('runs chaincode as a service, never in Docker, and admits many submits at once', () => {
    expect(settings).toMatchObject({
      vm: { endpoint: '' },
      chaincode: { externalBuilders: [{ name: 'ccaas', path: '/builder' }], keepalive: 0 },
      peer: { limits: { concurrency: { gatewayService: 2000 } } },
    });
  });
});

describe('ordererSettings', () => {
  const settings = ordererSettings(
    { General: { MaxRecvMsgSize: 1 } },
    organisation,
    firstOf(organisation.orderers),
  );

  it('starts without a channel, and lets only the operator make it join one', () => {
    expect(settings).toMatchObject({
      General: { BootstrapMethod: 'none', ListenPort: 20_003, MaxRecvMsgSize: 1 },
      ChannelParticipation: { Enabled: true },
      Admin: {
        ListenAddress: '127.0.0.1:20005',
        TLS: {
          Enabled: true,
          ClientAuthRequired: true,
          ClientRootCAs: [`${folder}/ca/operationsca/ca-cert.pem`],
        },
      },
    });
  });
});

const at = (tree: unknown, ...path: readonly string[]): unknown =>
  path.reduce((place, name) => (isTree(place) ? place[name] : undefined), tree);

describe('channelSettings', () => {
  const sample = {
    Application: {
      ACLs: { a: 'b' },
      Policies: {
        LifecycleEndorsement: { Rule: 'MAJORITY Endorsement' },
        Admins: { Rule: 'MAJORITY Admins' },
        Readers: { Rule: 'ANY Readers' },
      },
    },
    Orderer: { Policies: { Writers: {} } },
    Channel: { Policies: { Admins: {} } },
  };
  const profiles = channelSettings(sample, plan)['Profiles'];

  it('asks for the capabilities of Fabric 2.5', () => {
    expect(profiles).toMatchObject({
      OfflinePay: {
        Capabilities: { V2_0: true },
        Application: { Capabilities: { V2_5: true }, ACLs: { a: 'b' } },
        Orderer: { Capabilities: { V2_0: true }, OrdererType: 'etcdraft', BatchTimeout: '200ms' },
      },
    });
  });

  it('lets nobody change the chaincode or the channel without the signatures that the chaincode needs', () => {
    expect(profiles).toMatchObject({
      OfflinePay: {
        Application: {
          Policies: {
            Readers: { Rule: 'ANY Readers' },
            LifecycleEndorsement: {
              Type: 'Signature',
              Rule: "AND('BankMSP.peer', OR('MerchantMSP.peer', 'LogisticsMSP.peer'))",
            },
            Admins: {
              Type: 'Signature',
              Rule: "AND('BankMSP.admin', OR('MerchantMSP.admin', 'LogisticsMSP.admin'))",
            },
          },
        },
      },
    });
  });

  it('names every organisation, those that take part with an anchor peer, and every orderer as a consenter', () => {
    expect(profiles).toMatchObject({
      OfflinePay: {
        Application: {
          Organizations: [
            {
              ID: 'BankMSP',
              AnchorPeers: [{ Host: '127.0.0.1', Port: 20_001 }],
              OrdererEndpoints: ['127.0.0.1:20003'],
            },
            { ID: 'MerchantMSP' },
            { ID: 'LogisticsMSP' },
            { ID: 'AuditorMSP' },
          ],
        },
        Orderer: {
          Organizations: [{ ID: 'BankMSP' }, { ID: 'MerchantMSP' }, { ID: 'LogisticsMSP' }],
          EtcdRaft: { Consenters: [{ Port: 20_003 }, { Port: 20_010 }, { Port: 20_017 }] },
        },
      },
    });
  });

  it('lets an organisation that only reads write, endorse and order nothing, whatever its authority certifies', () => {
    const sections = at(profiles, 'OfflinePay', 'Application', 'Organizations') as Settings[];
    const nobody = { Type: 'Signature', Rule: "OutOf(2, 'AuditorMSP.member')" };
    expect(sections.find(({ ID }) => ID === 'AuditorMSP')).toEqual({
      Name: 'AuditorMSP',
      ID: 'AuditorMSP',
      MSPDir: '/net/organisations/auditor/msp/channel',
      OrdererEndpoints: [],
      Policies: {
        Readers: {
          Type: 'Signature',
          Rule: "OR('AuditorMSP.client', 'AuditorMSP.peer', 'AuditorMSP.admin', 'AuditorMSP.orderer')",
        },
        Writers: nobody,
        Endorsement: nobody,
        Admins: { Type: 'Signature', Rule: "OR('AuditorMSP.admin')" },
      },
    });
  });

  it('leaves organisations without an orderer out of the ordering service', () => {
    const organisations = defaultTopology.organisations.map((each) =>
      each.id === 'merchant' ? { ...each, orderers: [] } : each,
    );
    const smaller = planNetwork({ ...defaultTopology, organisations }, '/net', 20_000);
    expect(channelSettings(sample, smaller)['Profiles']).toMatchObject({
      OfflinePay: { Orderer: { Organizations: [{ ID: 'BankMSP' }, { ID: 'LogisticsMSP' }] } },
    });
  });
});

describe('CA settings', () => {
  const identity = {
    name: 'teller',
    secret: 's',
    type: 'client' as const,
    attributes: { role: 'teller:ecert' },
  };

  it('holds three authorities in one server', () => {
    expect(caServerSettings(organisation, [identity])).toMatchObject({
      ca: { name: 'ca' },
      tls: { enabled: true },
      cafiles: ['tlsca/fabric-ca-server-config.yaml', 'operationsca/fabric-ca-server-config.yaml'],
      registry: {
        identities: [
          { name: 'teller', pass: 's', type: 'client', attrs: { role: 'teller:ecert' } },
        ],
      },
    });
  });

  it('gives each authority its own name', () => {
    const names = (['ca', 'tlsca', 'operationsca'] as const).map((authority) => {
      const { csr } = authoritySettings(organisation, authority, []) as { csr: { cn: string } };
      return csr.cn;
    });
    expect(new Set(names).size).toBe(3);
  });
});

describe('mspSettings', () => {
  it('distinguishes clients, peers, orderers and administrators by their unit', () => {
    expect(mspSettings()).toMatchObject({
      NodeOUs: { Enable: true, ClientOUIdentifier: { OrganizationalUnitIdentifier: 'client' } },
    });
  });
});
