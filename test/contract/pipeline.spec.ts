// SPDX-License-Identifier: Apache-2.0
// The pipeline over the real contracts on the ledger in memory: both ways lead to the same end.
import { BANK, CURRENCY, MERCHANT, type PurchaseOptions } from '@fabric-offline-pay/testing';
import { expectLedgerBalanced } from '../support/balances.js';
import { RUNS } from '../support/both-ways.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';

describe.each(RUNS)('%s', (_, run) => {
  let memory: MemoryWorld;
  let loginId: string;
  let device: Awaited<ReturnType<MemoryWorld['world']['customer']>>;

  beforeEach(async () => {
    memory = await memoryWorld();
    device = await memory.world.customer('customer-1');
    loginId = await memory.world.login(device);
  });
  afterEach(async () => expectLedgerBalanced(await memory.world.bank('auditor')));

  const pay = async (options: PurchaseOptions) =>
    run(await memory.world.parties(), memory.world.purchase(device, loginId, options));

  test('an ordinary order is paid and released, and answers replayed when sent again', async () => {
    const purchase = memory.world.purchase(device, loginId, { orderNumber: 'ORD-1' });
    const parties = await memory.world.parties();
    const first = await run(parties, purchase);
    expect(first).toMatchObject({ state: 'released', replayed: false });
    const again = await run(parties, purchase);
    expect(again).toMatchObject({ state: 'released', replayed: true });
    const account = await (
      await memory.world.bank('teller')
    ).settlement.readAccount({ customerId: 'customer-1', currency: CURRENCY });
    const payee = await (
      await memory.world.bank('teller')
    ).settlement.readPayee({ payeeId: MERCHANT, currency: CURRENCY });
    expect(payee.open).toBe('4980');
    expect(BigInt(account.available)).toBe(1_000_000n - 4980n - 470n);
  });

  test('the same number with other content is a conflict', async () => {
    await pay({ orderNumber: 'ORD-1' });
    await expect(
      pay({ orderNumber: 'ORD-1', lines: [{ goods: 'charger', quantity: 3 }] }),
    ).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });

  test.each([
    ['orderNumber', { orderNumber: 'ORD-9' }],
    ['goodsTotal', { goodsTotal: '1' }],
  ])(
    'a waybill that differs in %s blocks the order until the alarm is resolved',
    async (field, logisticsStatement) => {
      const blocked = await pay({ orderNumber: 'ORD-1', logisticsStatement });
      expect(blocked.state).toBe('blocked');
      const key = { merchantId: MERCHANT, orderNumber: 'ORD-1' };
      const bankNode = await memory.world.bank('bank-node');
      const claim = { ...key, captureId: 'c', amount: '5450' };
      await expect(bankNode.settlement.capture(claim)).rejects.toMatchObject({
        code: 'ALARM_OPEN',
      });
      const operator = await memory.world.bank('operator');
      const { alarms } = await operator.alarm.listAlarms({ bankId: BANK, open: true });
      expect(alarms).toMatchObject([{ ...key, fields: [field], bankId: BANK }]);
      await operator.alarm.resolve({ ...key, reason: 'typing error on the waybill' });
      expect((await bankNode.settlement.capture(claim)).result.state).toBe('released');
    },
  );

  test('an order with an upheld alarm is never paid; the money goes back', async () => {
    await pay({ orderNumber: 'ORD-1', merchantStatement: { lines: [] } });
    const key = { merchantId: MERCHANT, orderNumber: 'ORD-1' };
    await (
      await memory.world.bank('operator')
    ).alarm.uphold({ ...key, reason: 'the goods are missing' });
    const bankNode = await memory.world.bank('bank-node');
    await expect(
      bankNode.settlement.capture({ ...key, captureId: 'c', amount: '1' }),
    ).rejects.toMatchObject({ code: 'ALARM_OPEN' });
    expect((await bankNode.settlement.void(key)).result.state).toBe('voided');
    const account = await bankNode.settlement.readAccount({
      customerId: 'customer-1',
      currency: CURRENCY,
    });
    expect(account.available).toBe('1000000');
  });

  test('stale prices are refused before any money is held', async () => {
    await expect(
      pay({ orderNumber: 'ORD-1', lines: [{ goods: 'charger', quantity: 1, price: '1990' }] }),
    ).rejects.toMatchObject({ code: 'GOODS_DIGEST_MISMATCH' });
  });

  test('a payment above the step-up limit needs factors bound to exactly these terms', async () => {
    const purchase = memory.world.purchase(device, loginId, {
      orderNumber: 'ORD-1',
      lines: [{ goods: 'laptop', quantity: 2 }],
    });
    const parties = await memory.world.parties();
    await expect(run(parties, purchase)).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
  });

  test('a partial claim pays the part; the rest is voided back', async () => {
    const part = await pay({ orderNumber: 'ORD-1', claim: '2000' });
    expect(part.state).toBe('partiallyCaptured');
    const bankNode = await memory.world.bank('bank-node');
    const ended = await bankNode.settlement.void({ merchantId: MERCHANT, orderNumber: 'ORD-1' });
    expect(ended.result.state).toBe('released');
  });
});

test('all money on the ledger may have more digits than an amount', async () => {
  const { world } = await memoryWorld();
  for (const customerId of ['customer-1', 'customer-2'])
    await world.customer(customerId, '999999999999999999');
  const { currencies } = await (await world.bank('auditor')).settlement.totals({});
  expect(currencies[CURRENCY]).toMatchObject({
    issued: '1999999999999999998',
    onLedger: '1999999999999999998',
  });
});
