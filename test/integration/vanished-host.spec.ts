// SPDX-License-Identifier: Apache-2.0
// The host of a peer vanishes: its packets are lost, no connection is closed and none refused, as when a cable is cut. The bank's node
// goes on with the bank's other peer. No payment is lost, none is made twice.
import { readFileSync } from 'node:fs';
import { defaultTopology } from '@fabric-offline-pay/network';
import { connect, type Connection } from '@fabric-offline-pay/sdk';
import { buyAll, delaysOf, expectAllPaidOnce } from '../support/buying';
import { networkWorld, type NetworkWorld } from '../support/network-world';
import { withTwoBankPeers } from '../support/two-peers';
import { VanishingHost, whyNoHostVanishes } from '../support/vanishing-host';

const ORDERS = 48;
/** After so many orders the host vanishes. */
const VANISHES_AFTER = 8;

const reason = whyNoHostVanishes();
if (reason !== undefined) console.warn(`skipped: ${reason}`);

const read = (path: string): string => readFileSync(path, 'utf8');

/** The bank's node, whose first peer stands on another host. */
async function bankNode({ clients }: NetworkWorld, host: VanishingHost): Promise<Connection> {
  const bank = clients.organisation('bank');
  const identity = bank.identities.find(({ role }) => role === 'bank-node')!;
  const [first, second] = bank.peers;
  const port = Number(first!.endpoint.split(':')[1]);
  return connect({
    endpoint: [
      { address: await host.relayTo(port), hostnameOverride: first!.tlsHostname },
      { address: second!.endpoint, hostnameOverride: second!.tlsHostname },
    ],
    tlsRoot: read(bank.tlsRootCertPath),
    identity: { mspId: bank.mspId, certificate: read(identity.certPath) },
    privateKey: read(identity.keyPath),
    channel: clients.channel,
    chaincode: clients.description.chaincode.name,
    organisations: Object.fromEntries(
      clients.description.organisations.map(({ role, mspId }) => [role, mspId]),
    ),
  });
}

(reason === undefined ? describe : describe.skip)('a host that vanishes', () => {
  let network: NetworkWorld | undefined;
  let host: VanishingHost;

  beforeAll(async () => {
    host = VanishingHost.open();
    network = await networkWorld({ topology: withTwoBankPeers(defaultTopology) });
  }, 400_000);
  afterAll(async () => {
    host.close();
    await network?.end();
  }, 60_000);

  test('orders go on through the other peer: none is lost, none is paid twice', async () => {
    const { world } = network!;
    const connection = await bankNode(network!, host);
    try {
      const parties = { ...(await world.parties()), bankNode: connection.client };
      const bought = await buyAll(world, parties, ORDERS, (count) => {
        if (count === VANISHES_AFTER) host.vanish();
      });
      await expectAllPaidOnce(world, bought);
      // A figure, and no test: it depends on what else the machine does.
      console.log(delaysOf(bought));
    } finally {
      connection.close();
    }
  }, 400_000);
});
