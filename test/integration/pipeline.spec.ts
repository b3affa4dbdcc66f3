// SPDX-License-Identifier: Apache-2.0
// The pipeline on real peers.
import { runExpress, runStepwise } from '@fabric-offline-pay/sdk';
import { networkWorld, type NetworkWorld } from '../support/network-world';

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
