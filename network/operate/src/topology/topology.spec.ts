// SPDX-License-Identifier: Apache-2.0
import { leading } from '../../../../test/support/defined.js';
import { defaultTopology, defaultTopologyOf } from './default-topology.js';
import { countPorts, endorsersOf, planNetwork, readersOf } from './network-plan.js';
import { type OrganisationTopology, topologySchema } from './topology.js';

const [bank, merchant, logistics, auditor] = leading(defaultTopology.organisations, 4);

function withOrganisations(...organisations: (OrganisationTopology | undefined)[]): unknown {
  return { ...defaultTopology, organisations };
}

describe('topologySchema', () => {
  it('accepts the default network', () => {
    expect(topologySchema.parse(defaultTopology)).toEqual(defaultTopology);
  });

  it('refuses two organisations with one id, MSP or node name', () => {
    expect(topologySchema.safeParse(withOrganisations(bank, bank)).success).toBe(false);
    expect(
      topologySchema.safeParse(withOrganisations(bank, { ...merchant, mspId: 'BankMSP' })).success,
    ).toBe(false);
    expect(
      topologySchema.safeParse(withOrganisations(bank, { ...merchant, peers: ['bank-peer'] }))
        .success,
    ).toBe(false);
  });

  it('refuses a network without an orderer', () => {
    const bare = [bank, merchant, logistics].map((each) => ({ ...each, orderers: [] }));
    expect(topologySchema.safeParse(withOrganisations(...bare)).success).toBe(false);
  });

  it('takes an organisation for one that takes part unless it says that it only reads', () => {
    const entries = Object.entries(bank).filter(([name]) => name !== 'readsOnly');
    const older: unknown = Object.fromEntries(entries);
    const given = { ...defaultTopology, organisations: [older, merchant, logistics] };
    expect(topologySchema.parse(given)).toEqual(withOrganisations(bank, merchant, logistics));
  });

  it.each([
    ['orders', { orderers: ['auditor-orderer'] }, {}],
    ['may endorse', {}, { endorsement: { any: [{ role: 'bank' }, { role: 'auditor' }] } }],
    ['must endorse', {}, { endorsement: { all: [{ organisation: 'auditor' }] } }],
    ['holds private data', {}, { collections: [{ members: ['bank', 'auditor'] }] }],
    ['endorses private data', {}, { collections: [{ endorsement: { role: 'auditor' } }] }],
  ] as const)('refuses an organisation that only reads and %s', (_, own, chaincode) => {
    const [addresses] = defaultTopology.chaincode.collections;
    const collections = 'collections' in chaincode ? chaincode.collections : [];
    const changed = {
      ...defaultTopology,
      organisations: [bank, merchant, logistics, { ...auditor, ...own }],
      chaincode: {
        ...defaultTopology.chaincode,
        ...chaincode,
        collections: collections.map((each) => ({ ...addresses, ...each })),
      },
    };
    const { error } = topologySchema.safeParse(changed);
    expect(error?.issues).toMatchObject([
      { message: 'auditor only reads, so it orders nothing, and no policy may name it' },
    ]);
  });

  it('refuses attributes that could add other attributes', () => {
    const identities = [{ name: 'teller', role: 'teller:ecert,hf.Registrar', actor: 'bank-1' }];
    expect(topologySchema.safeParse(withOrganisations({ ...bank, identities })).success).toBe(
      false,
    );
  });
});

describe('planNetwork', () => {
  const plan = planNetwork(defaultTopology, '/home/net', 20_000);

  it('gives every listener its own port, one after the other', () => {
    const ports = plan.organisations.flatMap(({ ca, peers, orderers, chaincode }) => [
      ca.port,
      ...peers.flatMap(({ port, operationsPort }) => [port, operationsPort]),
      ...orderers.flatMap(({ port, operationsPort, adminPort }) => [
        port,
        operationsPort,
        adminPort,
      ]),
      ...(chaincode === undefined ? [] : [chaincode.port]),
    ]);
    expect(ports).toEqual(
      Array.from({ length: countPorts(defaultTopology) }, (_, index) => 20_000 + index),
    );
  });

  it('gives every node its own folder and TLS name', () => {
    const nodes = plan.organisations.flatMap(({ ca, peers, orderers, chaincode }) => [
      ca,
      ...peers,
      ...orderers,
      ...(chaincode === undefined ? [] : [chaincode]),
    ]);
    expect(new Set(nodes.map(({ folder }) => folder)).size).toBe(14);
    expect(new Set(nodes.map(({ tlsHostname }) => tlsHostname)).size).toBe(14);
    expect(nodes[0]).toEqual({
      name: 'bank-ca',
      host: '127.0.0.1',
      port: 20_000,
      tlsHostname: 'bank-ca.offline-pay.internal',
      folder: '/home/net/organisations/bank/ca',
    });
  });

  it('gives an organisation that only reads a CA and a peer, behind the ports of all others', () => {
    expect(endorsersOf(plan).map(({ topology }) => topology.id)).toEqual([
      'bank',
      'merchant',
      'logistics',
    ]);
    expect(readersOf(plan)).toMatchObject([
      {
        ca: { name: 'auditor-ca', port: 20_021 },
        peers: [{ name: 'auditor-peer', port: 20_022, operationsPort: 20_023 }],
        orderers: [],
      },
    ]);
  });
});

describe('defaultTopologyOf', () => {
  const idsOf = (founded?: Parameters<typeof defaultTopologyOf>[0]): readonly string[] =>
    defaultTopologyOf(founded).organisations.map(({ id }) => id);

  it('keeps the organisations with which a home was founded', () => {
    const older = { ...defaultTopology, organisations: [bank, merchant, logistics] };
    expect(idsOf(older)).toEqual(['bank', 'merchant', 'logistics']);
    expect(idsOf()).toEqual(idsOf(defaultTopology));
    expect(idsOf()).toEqual(['bank', 'merchant', 'logistics', 'auditor']);
  });
});
