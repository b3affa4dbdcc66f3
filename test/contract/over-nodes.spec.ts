// SPDX-License-Identifier: Apache-2.0
// An order through the nodes of all three organisations: shop and dispatcher call their own node, and the bank's node settles by itself.
import { runExpress, runStepwise, OrderWatch, settlingBank } from '@fabric-offline-pay/sdk';
import { BANK, deliverySecretOf, MERCHANT } from '@fabric-offline-pay/testing';
import { pino } from 'pino';
import { openBankDatabase } from '../../network/nodes/bank/src/database/open-database.js';
import type { BankDatabase, BankTables } from '../../network/nodes/bank/src/database/schema.js';
import { settlingLedger } from '../../network/nodes/bank/src/settling/settling-ledger.js';
import { settlingWork } from '../../network/nodes/bank/src/settling/settling-work.js';
import { Work } from '../../network/nodes/common/src/program/work.js';
import { testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { dispatcherSteps } from '../../network/nodes/logistics/src/dispatcher-steps.js';
import { LogisticsHouse } from '../../network/nodes/logistics/src/testing/logistics-house.js';
import { cashierSteps } from '../../network/nodes/merchant/src/cashier-steps.js';
import { MerchantHouse } from '../../network/nodes/merchant/src/testing/merchant-house.js';
import { GOODS_TOTAL, OneOrder } from '../support/one-order.js';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { memoryEvents } from '../support/memory-events.js';
import { MSP } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';

const RUNS = [
  ['express', runExpress],
  ['stepwise', runStepwise],
] as const;

/** The cheapest that carries to the customer. */
const COURIER = 'courier-cheap';

let db: BankDatabase;
let order: OneOrder;
let shop: MerchantHouse;
let company: LogisticsHouse;
let bank: Work<BankTables>;
let watch: OrderWatch;
const broken: unknown[] = [];

/** The bank's node, as far as it settles. */
async function startBank(blocks: MemoryBlocks): Promise<void> {
  const logger = pino({ level: 'silent' });
  bank = new Work({ db, blocks, logger, onEnd: (error) => broken.push(error) });
  const ledger = settlingLedger(await order.world.bank('bank-node'));
  await bank.start(settlingWork({ db, ledger }, bank, BANK));
}

beforeAll(async () => {
  const places = await Promise.all([testPlace(), testPlace(), testPlace()]);
  order = await OneOrder.open();
  const blocks = new MemoryBlocks(order.memory.ledger);
  db = await openBankDatabase(places[0]);
  await startBank(blocks);
  const { cashier } = await order.world.parties();
  shop = await MerchantHouse.open({
    client: cashier,
    blocks,
    mspId: MSP.merchant,
    place: places[1],
  });
  company = await LogisticsHouse.open({
    ...{ ledger: await order.world.logistics(), blocks, place: places[2] },
    onEnd: (error) => broken.push(error),
  });
  watch = new OrderWatch(memoryEvents(order.memory.ledger), await order.world.bank('auditor'));
});
afterAll(async () => {
  await watch.close();
  await company.close();
  await shop.close();
  await bank.close();
  await db.destroy();
  expect(broken).toEqual([]);
});
afterEach(() => expect(missingMoney(order.memory.ledger.state())).toBe(0n));

const parties = () => ({
  cashier: cashierSteps(shop.clientOf('cashier')),
  dispatcher: dispatcherSteps(company.clientOf('dispatcher', 'dispatcher-1')),
  bankNode: settlingBank(watch),
});

async function purchase(orderNumber: string, options: object = {}) {
  const loginId = await order.world.login(order.device);
  return order.world.purchase(order.device, loginId, { orderNumber, ...options });
}

const readOrder = async (orderNumber: string) =>
  (await order.world.bank('auditor')).orderNumber.readOrder({ merchantId: MERCHANT, orderNumber });

describe.each(RUNS)('%s', (way, run) => {
  test('what matches is paid by the bank, and carried and delivered by the courier', async () => {
    const orderNumber = `${way}-1`;
    const key = { merchantId: MERCHANT, orderNumber };
    const { state, passages } = await run(parties(), await purchase(orderNumber));
    expect(state).toBe('released');
    expect(passages.map(({ transaction }) => transaction)).not.toContain('settlement:capture');
    const courier = company.clientOf('courier', COURIER);
    await courier.pickUp(key);
    const secret = deliverySecretOf(orderNumber);
    expect(await courier.deliver({ ...key, secret })).toMatchObject({ delivery: 'delivered' });
  });

  test('of an order that is claimed in part, the bank captures the part', async () => {
    const orderNumber = `${way}-2`;
    const { state } = await run(parties(), await purchase(orderNumber, { claim: '1000' }));
    expect(state).toBe('partiallyCaptured');
    const node = shop.clientOf('cashier');
    const claimed = (await readOrder(orderNumber)).hold?.authorised ?? '';
    await node.claim(
      { merchantId: MERCHANT, orderNumber, claimed },
      { idempotencyKey: `claim-${way}` },
    );
    const ended = await watch.until(
      { merchantId: MERCHANT, orderNumber },
      (shown) => shown.state === 'released',
    );
    expect(ended.hold).toMatchObject({ captured: claimed, released: expect.any(String) as string });
    expect(Number(claimed)).toBeGreaterThan(GOODS_TOTAL);
  });

  test('what differs is blocked, and a refusal has the code of the ledger', async () => {
    const options = { merchantStatement: { goodsTotal: '1' } };
    expect(await run(parties(), await purchase(`${way}-3`, options))).toMatchObject({
      state: 'blocked',
    });
    const dear = { lines: [{ goods: 'charger', quantity: 3, price: '1990' }] };
    await expect(run(parties(), await purchase(`${way}-4`, dear))).rejects.toMatchObject({
      code: 'GOODS_DIGEST_MISMATCH',
    });
  });
});
