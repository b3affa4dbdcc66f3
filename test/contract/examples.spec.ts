// SPDX-License-Identifier: Apache-2.0
// The examples that a merchant copies do what they say, on the ledger in memory.
import { firstStanding, offlineLimits } from '@fabric-offline-pay/domain';
import {
  clientLedger,
  Device,
  memoryStore,
  softwareKey,
  Terminal,
} from '@fabric-offline-pay/sdk/offline';
import { UnavailableError } from '@fabric-offline-pay/sdk';
import {
  BANK,
  CURRENCY,
  MERCHANT,
  POLICY,
  CHANNEL,
  testNetwork,
} from '@fabric-offline-pay/testing';
import { checkout } from '../../sdk/examples/checkout.js';
import { reconcile, requestPayout } from '../../sdk/examples/reconciliation.js';
import { sell, settle } from '../../sdk/examples/till.js';
import { defined } from '../support/defined.js';
import { archiveOf } from '../support/memory-archive.js';
import { memoryWorld } from '../support/memory-world.js';
import { issuerOn } from '../support/offline-issuer.js';
import { base64, OFFLINE, OfflineLedger } from '../support/offline-ledger.js';
import { CERTIFICATES, newKey } from '../support/offline-world.js';

const silent = (): void => undefined;

test('the checkout shows prices, is paid once, and says what the shop does next', async () => {
  const network = await testNetwork({ money: '20000' });
  const buy = (orderNumber: string, more = {}) =>
    checkout(network.parties, network.purchase({ orderNumber, ...more }), silent);
  const shown: string[] = [];
  const purchase = network.purchase({ orderNumber: 'ORD-1' });
  const paid = await checkout(network.parties, purchase, (line) => shown.push(line));
  expect(paid).toEqual({ next: 'send', delivered: true });
  expect(shown).toContain('goods 49.80 EUR');
  expect(shown).toContainEqual(
    expect.stringMatching(/^courier-cheap to home-ORD-1: \d+\.\d\d EUR$/),
  );
  expect(await buy('ORD-1')).toEqual(paid);
  const lines = [{ goods: 'laptop', quantity: 1 }];
  expect(await buy('ORD-2', { lines })).toMatchObject({ next: 'tell', code: 'INSUFFICIENT_FUNDS' });
  const differs = { merchantStatement: { goodsTotal: '1' } };
  expect(await buy('ORD-3', differs)).toEqual({ next: 'wait', state: 'blocked' });
  const { express } = network.parties.dispatcher;
  const away = { ...express, quote: () => Promise.reject(new UnavailableError({})) };
  const dispatcher = { ...network.parties.dispatcher, express: away };
  const unreachable = checkout({ ...network.parties, dispatcher }, purchase, silent);
  expect(await unreachable).toEqual({ next: 'repeat', code: 'NETWORK_UNAVAILABLE' });
});

test('the reconciliation finds differences, and claims owed money once', async () => {
  const network = await testNetwork();
  const buy = (orderNumber: string, more = {}) =>
    checkout(network.parties, network.purchase({ orderNumber, ...more }), silent);
  await buy('ORD-1');
  await buy('ORD-2', { merchantStatement: { goodsTotal: '1' } });
  await buy('ORD-3');
  await buy('ORD-4');
  const { cashier } = network.parties;
  const { merchantId } = network;
  const booked = (orderNumber: string, due = '4980') => ({ orderNumber, due });
  const books = [booked('ORD-1'), booked('ORD-2'), booked('ORD-4', '5980'), booked('ORD-5')];
  const rows = await reconcile(cashier, merchantId, books);
  expect(
    new Map(rows.map((row) => [row.orderNumber, [row.verdict, row.state, row.received]])),
  ).toEqual(
    new Map([
      ['ORD-1', ['equal', 'released', '4980']],
      ['ORD-2', ['open', 'blocked', '0']],
      ['ORD-3', ['differs', 'released', '4980']],
      ['ORD-4', ['differs', 'released', '4980']],
      ['ORD-5', ['differs', 'unknown', '0']],
    ]),
  );
  const payee = { payeeId: merchantId, currency: CURRENCY };
  expect(await requestPayout(cashier, payee, 'day-1')).toBe('14940');
  expect(await requestPayout(cashier, payee, 'day-1')).toBe('14940');
});

test('the till sells with no network, keeps the goods if a customer cannot pay, and settles', async () => {
  const memory = await memoryWorld();
  const ledger = await OfflineLedger.open(memory);
  const issuer = issuerOn(CHANNEL);
  const key = softwareKey((await memory.world.customer('customer-1')).privateKey);
  const device = await Device.open({ store: memoryStore(), key });
  const reserve = { customerId: 'customer-1', deviceId: 'phone', epoch: 1 };
  const limits = defined(
    offlineLimits(POLICY, firstStanding(POLICY.reputation), CURRENCY),
    'limits',
  );
  const { bytes } = await issuer.certify({
    ...{ ...reserve, publicKey: key.publicKey, currency: CURRENCY, total: '5000', limits },
    policy: OFFLINE,
  });
  await ledger.node.offline.fund({ ...reserve, certificate: base64(bytes) });
  await device.importCertificate(bytes, [issuer.row]);
  const terminal = await Terminal.open({
    ...{ store: memoryStore(), key: softwareKey(newKey()), channel: CHANNEL },
    ...{ merchantId: MERCHANT, terminalId: 'till-1', roots: { [BANK]: [CERTIFICATES.root] } },
  });
  const client = ledger.merchant('terminal', MERCHANT);
  const tillLedger = clientLedger(client, archiveOf(memory.ledger));
  await settle(terminal, tillLedger);

  const pay = async (request: Uint8Array) => (await device.pay(request)).bytes;
  const sale = { orderNumber: 'OFF-1', amount: '1250', currency: CURRENCY };
  const sold = await sell(terminal, sale, pay);
  expect(sold).toMatchObject({ goods: 'hand over' });
  const nonsense = () => Promise.resolve(Buffer.from('no voucher'));
  const kept = sell(terminal, { ...sale, orderNumber: 'OFF-2' }, nonsense);
  expect(await kept).toMatchObject({ goods: 'keep', code: 'OFFLINE_MALFORMED' });
  expect(await settle(terminal, tillLedger)).toEqual(['1 settled, 0 refused, 0 waiting']);
  const [row] = await reconcile(client, MERCHANT, [{ orderNumber: 'OFF-1', due: '1250' }]);
  expect(row).toMatchObject({ state: 'settled', verdict: 'equal' });
});
