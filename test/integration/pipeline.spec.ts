// SPDX-License-Identifier: Apache-2.0
// The pipeline on real peers: both ways, the examples that a merchant copies, and the packages as somebody else installs them.
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDescription } from '@fabric-offline-pay/operate';
import { runExpress, runStepwise, type ConnectOptions } from '@fabric-offline-pay/sdk';
import { MERCHANT } from '@fabric-offline-pay/testing';
import { checkout } from '../../sdk/examples/checkout.js';
import { reconcile } from '../../sdk/examples/reconciliation.js';
import { itemWhere } from '../support/defined.js';
import { installPackages } from '../support/installed.js';
import { networkWorld, type NetworkWorld } from '../support/network-world.js';

let network: NetworkWorld;

beforeAll(async () => {
  network = await networkWorld();
}, 300_000);
afterAll(() => network.end(), 60_000);

test.each([
  ['stepwise', runStepwise],
  ['express', runExpress],
])('%s: an order is paid and released', async (way, run) => {
  const { world } = network;
  const device = await world.customer(`customer-${way}`);
  const loginId = await world.login(device);
  const started = Date.now();
  const result = await run(
    await world.parties(),
    world.purchase(device, loginId, { orderNumber: `ORD-${way}` }),
  );
  console.log(
    way,
    Date.now() - started,
    result.passages.map((p) => `${p.transaction} ${Math.round(p.durationMs)}`).join(' '),
    network.clients.statistics,
  );
  expect(result.state).toBe('released');
});

test('the examples: a checkout, and the reconciliation after it', async () => {
  const { world, clients } = network;
  const device = await world.customer('customer-example');
  const purchase = world.purchase(device, await world.login(device), {
    orderNumber: 'ORD-example',
  });
  const paid = await checkout(await world.parties(), purchase, () => undefined);
  expect(paid).toEqual({ next: 'send', delivered: true });
  await clients.catchUp(network.statistics.lastBlock);
  const cashier = await world.merchant();
  const rows = await reconcile(cashier, MERCHANT, [{ orderNumber: 'ORD-example', due: '4980' }]);
  expect(rows).toContainEqual(
    expect.objectContaining({ orderNumber: 'ORD-example', state: 'released', verdict: 'equal' }),
  );
});

/** What a merchant's program is given by its operator. */
function connectOptions(): ConnectOptions {
  const { channel, chaincode, organisations } = readDescription(network.home);
  const merchant = itemWhere(organisations, ({ role }) => role === 'merchant');
  const cashier = itemWhere(
    merchant.identities,
    ({ role, actor }) => role === 'cashier' && actor === MERCHANT,
  );
  const endpoint = merchant.peers.map((peer) => ({
    address: peer.endpoint,
    hostnameOverride: peer.tlsHostname,
  }));
  const read = (path: string): string => readFileSync(path, 'utf8');
  return {
    ...{ channel, chaincode: chaincode.name, endpoint },
    tlsRoot: read(merchant.tlsRootCertPath),
    identity: { mspId: merchant.mspId, certificate: read(cashier.certPath) },
    privateKey: read(cashier.keyPath),
    organisations: Object.fromEntries(organisations.map(({ role, mspId }) => [role, mspId])),
  };
}

test('the packages in an empty folder speak to the peers', async () => {
  const installed = await installPackages();
  try {
    copyFileSync(
      join(__dirname, '..', 'packages', 'peers.mjs'),
      join(installed.folder, 'peers.mjs'),
    );
    const order = { merchantId: MERCHANT, orderNumber: 'ORD-express' };
    const given = JSON.stringify({ options: connectOptions(), order });
    const said = await installed.run(process.execPath, 'peers.mjs', given);
    expect(said).toBe('released\nREFUND_EXCEEDED\n');
  } finally {
    installed.remove();
  }
});
