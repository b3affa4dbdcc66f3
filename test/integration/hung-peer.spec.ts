// SPDX-License-Identifier: Apache-2.0
// A peer that hangs closes nothing and answers nothing. A bank with two peers goes on with the other: its clients, and those of
// the others that need its endorsement. No payment is lost, none is made twice.
import { defaultTopology, killNode } from '@fabric-offline-pay/network';
import { buyAll, delaysOf, expectAllPaidOnce } from '../support/buying';
import { networkWorld, type NetworkWorld } from '../support/network-world';
import { withTwoBankPeers } from '../support/two-peers';

const ORDERS = 48;
/** After so many orders the first peer hangs. */
const HANGS_AFTER = 8;

let network: NetworkWorld;

beforeAll(async () => {
  network = await networkWorld({ topology: withTwoBankPeers(defaultTopology) });
}, 400_000);
afterAll(async () => {
  await killNode(network.home, 'bank-peer', 'SIGCONT');
  await network.end();
}, 60_000);

test('orders go on while a peer of the bank hangs: none is lost, none is paid twice', async () => {
  const { home, world } = network;
  const bought = await buyAll(world, await world.parties(), ORDERS, async (count) => {
    if (count === HANGS_AFTER) await killNode(home, 'bank-peer', 'SIGSTOP');
  });
  await expectAllPaidOnce(world, bought);
  // A figure, and no test: it depends on what else the machine does. Without a second peer, or a client that leaves the first, it
  // is the patience of a minute.
  console.log(delaysOf(bought));
}, 400_000);
