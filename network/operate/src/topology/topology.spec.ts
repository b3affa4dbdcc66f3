// SPDX-License-Identifier: Apache-2.0
import { leading } from '../../../../test/support/defined.js';
import { defaultTopology } from './default-topology.js';
import { countPorts, planNetwork } from './network-plan.js';
import { type OrganisationTopology, topologySchema } from './topology.js';

const [bank, merchant, logistics] = leading(defaultTopology.organisations, 3);

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
      chaincode.port,
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
      chaincode,
    ]);
    expect(new Set(nodes.map(({ folder }) => folder)).size).toBe(12);
    expect(new Set(nodes.map(({ tlsHostname }) => tlsHostname)).size).toBe(12);
    expect(nodes[0]).toEqual({
      name: 'bank-ca',
      host: '127.0.0.1',
      port: 20_000,
      tlsHostname: 'bank-ca.offline-pay.internal',
      folder: '/home/net/organisations/bank/ca',
    });
  });
});
