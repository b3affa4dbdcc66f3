// SPDX-License-Identifier: Apache-2.0
// One organisation's node serves two shops whose orders travel in one transaction. An order is its shop's and its number's: each shop counts
// from where it likes, so that both may have the same number.
import { Follower } from '@fabric-offline-pay/node-common/node';
import {
  BANK,
  CHANNEL,
  LOGISTICS,
  MERCHANT,
  memoryClient,
  World,
} from '@fabric-offline-pay/testing';
import { testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { openMerchantDatabase } from '../../network/nodes/merchant/src/database/open-database.js';
import type { MerchantTables } from '../../network/nodes/merchant/src/database/schema.js';
import { noteEvent } from '../../network/nodes/merchant/src/events/note-event.js';
import { projectionsOf } from '../../network/nodes/merchant/src/followed/projections.js';
import { orderLeg, quoteLeg, settleLeg, signQuoted } from '../support/express-legs.js';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { callerOf, memoryWorld, MSP, type MemoryWorld } from '../support/memory-world.js';
import { SECOND_MERCHANT } from '../support/second-merchant.js';

interface Shopping {
  readonly memory: MemoryWorld;
  readonly orders: readonly { readonly merchantId: string; readonly orderNumber: string }[];
}

/** A customer of each shop buys; the bank's node settles both orders in one transaction. */
async function settledTogether(numbers: readonly [string, string]): Promise<Shopping> {
  const memory = await memoryWorld();
  const second = new World(memory.clientFor, CHANNEL, SECOND_MERCHANT);
  await second.openShop({ licence: { number: 'LIC-2', validUntil: 4_102_444_800 } });
  const client = (mspId: string, attribute: string, actor: string) =>
    memoryClient(memory.ledger, callerOf(mspId, attribute, actor), {
      organisations: MSP,
      batching: true,
    });
  const bankNode = client(MSP.bank, 'bank-node', BANK);
  const dispatcher = client(MSP.logistics, 'dispatcher', LOGISTICS);
  const shops = [
    { world: memory.world, orderNumber: numbers[0] },
    { world: second, orderNumber: numbers[1] },
  ];
  const placed = [];
  for (const { world, orderNumber } of shops) {
    const { merchantId } = world;
    const device = await world.customer(`customer-of-${merchantId}`);
    const purchase = world.purchase(device, await world.login(device), { orderNumber });
    const parties = { cashier: await world.merchant(), dispatcher, bankNode };
    await orderLeg(parties, await signQuoted(purchase, await quoteLeg(parties, purchase)));
    placed.push({ parties, order: { merchantId, orderNumber } });
  }
  const settled = await Promise.all(placed.map(({ parties, order }) => settleLeg(parties, order)));
  expect(new Set(settled.map(({ transactionId }) => transactionId)).size).toBe(1);
  return { memory, orders: placed.map(({ order }) => order) };
}

/** What the node's tables and the shops' webhooks say, once the node has read the whole ledger. */
async function followed({ ledger }: MemoryWorld) {
  const db = await openMerchantDatabase(await testPlace());
  const stop = new AbortController();
  const follower = new Follower<MerchantTables>({
    db,
    source: new MemoryBlocks(ledger),
    projections: projectionsOf(
      MSP.merchant,
      noteEvent(Date.now, () => Promise.resolve()),
    ),
  });
  const following = follower.run(stop.signal);
  try {
    const last = BigInt(ledger.blocks().at(-1)?.number ?? 0);
    await follower.reached(last, AbortSignal.timeout(30_000));
    const orders = await db
      .selectFrom('followed_orders')
      .select(['merchant_id', 'order_number', 'shown'])
      .orderBy('merchant_id')
      .execute();
    const events = await db
      .selectFrom('webhook_events')
      .select(['type', 'subject'])
      .orderBy('subject')
      .execute();
    return { orders, events };
  } finally {
    stop.abort();
    await following;
    await db.destroy();
  }
}

test.each<readonly [string, string]>([
  ['A-1', 'B-1'],
  ['1001', '1001'],
])('each shop has its own order, and is told of it: numbers %s and %s', async (...numbers) => {
  const { memory, orders } = await settledTogether(numbers);
  const reader = await memory.world.merchant();
  const tables = await followed(memory);
  const shown = tables.orders.map((row) => JSON.parse(row.shown) as unknown);
  expect(shown).toEqual(
    await Promise.all(orders.map((order) => reader.orderNumber.readOrder(order))),
  );
  const captured = tables.events.filter(({ type }) => type === 'order.captured');
  expect(captured.map(({ subject }) => subject)).toEqual([
    `order/${MERCHANT}/${numbers[0]}`,
    `order/${SECOND_MERCHANT}/${numbers[1]}`,
  ]);
});
