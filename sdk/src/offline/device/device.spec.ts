// SPDX-License-Identifier: Apache-2.0
// A device answers each request once, within its caps, and always with the same bytes.
import { verifyVoucher, verifyDeviceCertificate } from '@fabric-offline-pay/domain';
import { memoryStore, softwareKey, type Terminal } from '@fabric-offline-pay/sdk/offline';
import { OfflineRoom } from '../../../../test/support/offline-room';
import { newKey, NOW, OFFLINE_POLICY, unpacked } from '../../../../test/support/offline-world';

let room: OfflineRoom;
let terminal: Terminal;

beforeEach(async () => {
  room = new OfflineRoom();
  terminal = await room.terminal();
});

const requestFor = async (orderNumber: string, amount = '1250', currency = 'EUR') =>
  (await terminal.request({ orderNumber, amount, currency })).bytes;

test('a payment is a voucher that the bank’s certificate vouches for', async () => {
  const device = await room.device();
  const payment = await device.pay(await requestFor('ORD-1'));
  const { certificate, voucher } = unpacked(payment.bytes);
  const held = verifyDeviceCertificate(certificate, [room.issuer.row]);
  expect(verifyVoucher(held, voucher).voucher).toMatchObject({ counter: 1, cumulative: 1250n });
  expect(payment).toMatchObject({ orderNumber: 'ORD-1', amount: '1250', repeated: false });
});

test('the same request again gets the same bytes, also after a restart and a top-up', async () => {
  const contents = new Map<string, string>();
  const key = softwareKey(newKey());
  const device = await room.device({ store: memoryStore(contents), key });
  const request = await requestFor('ORD-1');
  const first = await device.pay(request);
  await device.close();
  const reopened = await room.openDevice(memoryStore(contents), key);
  const { certificate } = verifyDeviceCertificate(unpacked(first.bytes).certificate, [
    room.issuer.row,
  ]);
  const more = await room.issuer.topUp(certificate, '500', OFFLINE_POLICY);
  await reopened.importCertificate(more.bytes, [room.issuer.row]);
  const again = await reopened.pay(request);
  expect(again.repeated).toBe(true);
  expect(again.bytes.equals(first.bytes)).toBe(true);
  expect(await reopened.history()).toHaveLength(1);
  expect((await reopened.balances())[0]).toMatchObject({ total: '20500', remaining: '19250' });
});

test('two requests at once get two counters', async () => {
  const device = await room.device();
  const requests = await Promise.all(['ORD-1', 'ORD-2', 'ORD-3'].map((order) => requestFor(order)));
  const paid = await Promise.all(requests.map((request) => device.pay(request)));
  expect(paid.map(({ counter }) => counter)).toEqual([1, 2, 3]);
});

test('a device that cannot keep the counter hands out nothing and signs nothing', async () => {
  const contents = new Map<string, string>();
  const store = memoryStore(contents);
  let signatures = 0;
  const inner = softwareKey(newKey());
  const key = {
    publicKey: inner.publicKey,
    sign: (bytes: Uint8Array) => {
      signatures += 1;
      return inner.sign(bytes);
    },
  };
  await (await room.device({ store, key })).history();
  const broken = await room.openDevice(
    { ...store, write: () => Promise.reject(new Error('disk full')) },
    key,
  );
  await expect(broken.pay(await requestFor('ORD-1'))).rejects.toThrow('disk full');
  expect(signatures).toBe(0);
});

test.each([
  ['OFFLINE_OVER_TOTAL_CAP', { total: '1000' }, 0],
  ['OFFLINE_CERTIFICATE_EXPIRED', { policy: { ...OFFLINE_POLICY, spendSeconds: 10 } }, 11],
  ['OFFLINE_REQUEST_EXPIRED', {}, 301],
  ['OFFLINE_NOT_ALLOWED', { currency: 'USD' }, 0],
])('%s: a refused payment leaves no record', async (code, options, later) => {
  const device = await room.device(options);
  const request = await requestFor('ORD-1');
  room.now += later;
  await expect(device.pay(request)).rejects.toMatchObject({ name: 'RefusedError', code });
  expect(await device.history()).toEqual([]);
});

test('the device pays from the oldest epoch that may still pay', async () => {
  const key = softwareKey(newKey());
  const device = await room.device({ key, total: '2000' });
  const { bytes } = await room.certify(key, { epoch: 2 });
  await device.importCertificate(bytes, [room.issuer.row]);
  const epochs = [];
  for (const order of ['ORD-1', 'ORD-2'])
    epochs.push((await device.pay(await requestFor(order))).epoch);
  expect(epochs).toEqual([1, 2]);
});

test('a paid order is not paid again by another request, unless the customer wants that', async () => {
  const device = await room.device();
  await device.pay(await requestFor('ORD-1'));
  room.now += 301;
  const second = await requestFor('ORD-1');
  await expect(device.pay(second)).rejects.toMatchObject({ code: 'ORDER_PAID_BEFORE' });
  expect(await device.pay(second, { again: true })).toMatchObject({ counter: 2 });
});

test('the history shows unit prices, and their sum must be the amount', async () => {
  const device = await room.device();
  const request = await requestFor('ORD-1');
  const lines = [
    { name: 'Tea', quantity: 2, unitPrice: '400' },
    { name: 'Cake', quantity: 1, unitPrice: '450' },
  ];
  const wrong = [{ name: 'Tea', quantity: 2, unitPrice: '400' }];
  await expect(device.pay(request, { lines: wrong })).rejects.toMatchObject({
    code: 'RECEIPT_MISMATCH',
  });
  await device.pay(request, { lines });
  expect(await device.history()).toMatchObject([
    { merchantId: 'merchant-1', orderNumber: 'ORD-1', amount: '1250', time: NOW, lines },
  ]);
});

test('a request can be read before it is paid', async () => {
  const device = await room.device();
  const request = await requestFor('ORD-1');
  expect(await device.view(request)).toMatchObject({ orderNumber: 'ORD-1', paid: false });
  await device.pay(request);
  expect(await device.view(request)).toMatchObject({ amount: '1250', paid: true });
  await expect(device.view(Buffer.from('nonsense'))).rejects.toMatchObject({
    code: 'OFFLINE_MALFORMED',
  });
});

describe('certificates', () => {
  test('of another key, issuer or customer are refused', async () => {
    const key = softwareKey(newKey());
    const device = await room.device({ key });
    const other = await room.certify(softwareKey(newKey()), { customerId: 'customer-2' });
    const issuers = [room.issuer.row];
    await expect(device.importCertificate(other.bytes, issuers)).rejects.toMatchObject({
      code: 'OFFLINE_CERTIFICATE_MISMATCH',
    });
    const foreign = await room.certify(key, { customerId: 'customer-3' });
    await expect(device.importCertificate(foreign.bytes, issuers)).rejects.toMatchObject({
      details: { field: 'customerId' },
    });
    await expect(device.importCertificate(foreign.bytes, [])).rejects.toMatchObject({
      code: 'OFFLINE_CERTIFICATE_FORGED',
    });
  });

  test('of one epoch and sequence number can exist only once', async () => {
    const key = softwareKey(newKey());
    const device = await room.device({ key });
    const issuers = [room.issuer.row];
    room.now += 1;
    const other = await room.issuer.certify({
      customerId: 'customer-1',
      deviceId: 'phone',
      epoch: 1,
      currency: 'EUR',
      publicKey: key.publicKey,
      total: '30000',
      limits: { perPayment: '5000', total: '30000' },
      policy: OFFLINE_POLICY,
    });
    await expect(device.importCertificate(other.bytes, issuers)).rejects.toMatchObject({
      details: { field: 'sequence' },
    });
  });

  test('of a top-up must not lower anything', async () => {
    const key = softwareKey(newKey());
    const device = await room.openDevice(memoryStore(), key);
    const { certificate, bytes } = await room.certify(key);
    const issuers = [room.issuer.row];
    await device.importCertificate(bytes, issuers);
    await device.importCertificate(bytes, issuers);
    const lower = await room.issuer.topUp({ ...certificate, perPayment: 1n }, '1', OFFLINE_POLICY);
    await expect(device.importCertificate(lower.bytes, issuers)).rejects.toMatchObject({
      details: { field: 'perPayment' },
    });
  });
});

test('a store can be opened only with its own key', async () => {
  const contents = new Map<string, string>();
  await room.device({ store: memoryStore(contents) });
  const other = softwareKey(newKey());
  await expect(room.openDevice(memoryStore(contents), other)).rejects.toMatchObject({
    code: 'STORE_FOREIGN',
    details: { field: 'publicKey' },
  });
});
