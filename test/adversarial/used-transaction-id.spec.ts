// SPDX-License-Identifier: Apache-2.0
// A peer that is shown a transaction id which was used before answers with a fault, not with a refusal; the gateway that asked takes
// it for gone and closes its connection to it, with everybody's endorsements that are on their way there. Whoever shows used ids on
// purpose can delay the payments of others at the same peer, but no payment fails.
import { GOODS, MERCHANT } from '@fabric-offline-pay/testing';
import { buyAll, delaysOf, expectAllPaidOnce } from '../support/buying.js';
import { networkWorld, type NetworkWorld } from '../support/network-world.js';
import { RawGateways, soon, textOf, type RawGateway } from '../support/raw-gateway.js';

const ORDERS = 24;

let network: NetworkWorld;
let gateways: RawGateways;
let attacker: RawGateway;

beforeAll(async () => {
  network = await networkWorld();
  gateways = new RawGateways(network.home, network.clients.description);
  attacker = await gateways.as('merchant', 'cashier', MERCHANT);
}, 300_000);
afterAll(async () => {
  await gateways.close();
  await network.end();
}, 60_000);

/** A proposal whose transaction is already in a block. */
async function usedProposal() {
  const proposal = attacker.proposal({
    transaction: 'goods:registerGoods',
    input: JSON.stringify({ merchantId: MERCHANT, goods: Object.values(GOODS) }),
    by: ['BankMSP', 'MerchantMSP'],
  });
  const transaction = await proposal.endorse(soon());
  await transaction.submit(soon());
  await attacker.statusOf(proposal.getTransactionId());
  return proposal;
}

test('endorsements that are cut off by a used transaction id are asked for again', async () => {
  const { world, statistics } = network;
  const proposal = await usedProposal();
  let isOver = false;
  const answers: string[] = [];
  const show = async (): Promise<void> => {
    while (!isOver) answers.push(await proposal.endorse(soon()).then(() => 'endorsed', textOf));
  };
  const showing = show();
  const bought = await buyAll(world, await world.parties(), ORDERS, () => undefined).finally(() => {
    isOver = true;
  });
  await showing;
  await expectAllPaidOnce(world, bought);
  expect(answers.every((answer) => answer.includes('duplicate transaction'))).toBe(true);
  const { outagesRetried } = statistics.snapshot();
  console.log(
    `shown ${answers.length} times; ${outagesRetried} calls were cut off; ${delaysOf(bought)}`,
  );
}, 300_000);
