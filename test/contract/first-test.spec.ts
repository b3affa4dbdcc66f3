// SPDX-License-Identifier: Apache-2.0
// A merchant's first test, as docs/testing.md shows it.
import { runExpress } from '@fabric-offline-pay/sdk';
import { testNetwork } from '@fabric-offline-pay/testing';

test('an order is paid once, however often the till asks', async () => {
  const network = await testNetwork();
  const { cashier } = network.parties;
  const purchase = network.purchase({ orderNumber: 'ORD-1' });
  expect((await runExpress(network.parties, purchase)).state).toBe('released');
  expect((await runExpress(network.parties, purchase)).replayed).toBe(true);
  const order = { merchantId: network.merchantId, orderNumber: 'ORD-1' };
  expect((await cashier.orderNumber.readOrder(order)).hold?.released).toBe('4980');
  const refund = cashier.settlement.refund({ ...order, refundId: 'R-1', amount: '9999' });
  await expect(refund).rejects.toMatchObject({ code: 'REFUND_EXCEEDED' });
});
