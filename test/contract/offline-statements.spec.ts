// SPDX-License-Identifier: Apache-2.0
// Whom a device pays, and what it has in hand afterwards, on the command line: names, receipts, cancellations and evidence.
import { join } from 'node:path';
import { withDevice } from '@fabric-offline-pay/run';
import { loadFile, saveFile, type Device } from '@fabric-offline-pay/sdk/offline';
import { BANK, MERCHANT } from '@fabric-offline-pay/testing';
import { LICENCE, NAME, OfflineFolders, PASSPHRASE } from '../support/offline-folders.js';
import { CHANNEL } from '../support/offline-world.js';
import { withPayeeOf } from '../support/swapped-payee.js';
import { textWith, textLike } from '../support/text-matchers.js';

const PAYEE = { name: NAME, licence: LICENCE, bankId: BANK };

let folders: OfflineFolders;

beforeEach(async () => {
  folders = new OfflineFolders();
  await folders.fund(1);
  await folders.setUpTerminal(undefined, { certified: true });
});
afterEach(() => folders.close());

const onDevice = <Result>(work: (device: Device) => Promise<Result>): Promise<Result> =>
  withDevice(folders.device, PASSPHRASE, work);

/** The voucher is in a file then. */
async function payOrder(order: string): Promise<void> {
  const request = await loadFile('request', await folders.request(order));
  const { bytes } = await onDevice((device) => device.pay(request));
  await saveFile('payment', folders.at(order, 'voucher'), bytes);
}

const states = (): Promise<readonly string[]> =>
  onDevice(async (device) => (await device.history()).map(({ state }) => state));

test('the customer reads who asks, and keeps a receipt as a file or as a picture', async () => {
  await folders.request('ORD-1');
  const viewed = await folders.json('device', 'view', '--request', folders.at('ORD-1', 'request'));
  expect(viewed).toMatchObject({ payee: PAYEE, amount: '1250', merchantId: MERCHANT, paid: false });
  const { stdout } = await folders.pay('ORD-1');
  expect(stdout).toMatch(
    new RegExp(`^payee: ${NAME}, licence ${LICENCE}, certified by ${BANK}\npaid: 12.50 EUR`),
  );
  expect(JSON.parse((await folders.pay('ORD-1', '--json')).stdout)).toMatchObject({
    payee: PAYEE,
    repeated: true,
  });
  const picture = join(folders.home, 'receipt.png');
  const accepted = await folders.accept('ORD-1', '--out', folders.at('ORD-1', 'receipt'));
  expect(accepted.stdout).toMatch(/ACCEPTED[^]*receipt: .*offpay-receipt carries \d+ bytes/);
  expect(await folders.json('device', 'history')).toMatchObject([{ state: 'given' }]);
  await folders.json('device', 'receipt', folders.at('ORD-1', 'receipt'));
  expect(await states()).toEqual(['accepted']);
  expect(await folders.json('terminal', 'receipt', 'ORD-1', '--qr', picture)).toMatchObject({
    written: [picture],
  });
  expect(await folders.json('device', 'receipt', picture)).toMatchObject({
    kept: [{ orderNumber: 'ORD-1', state: 'accepted' }],
  });
});

test('of a request without a certificate the device says that nobody knows who asks', async () => {
  const unknown = join(folders.home, 'unknown');
  await folders.setUpTerminal(unknown);
  await folders.request('ORD-1', unknown);
  const { stdout } = await folders.pay('ORD-1');
  expect(stdout).toContain(`payee: NOT CERTIFIED by any bank; it calls itself ${MERCHANT}`);
  expect(JSON.parse((await folders.pay('ORD-1', '--json')).stdout)).toMatchObject({ payee: null });
});

test("a request that bears another terminal's certificate is not paid", async () => {
  const thief = join(folders.home, 'thief');
  await folders.setUpTerminal(thief);
  const honest = await loadFile('request', await folders.request('ORD-1'));
  const own = await loadFile('request', await folders.request('ORD-2', thief));
  await saveFile('request', folders.at('ORD-2', 'request'), withPayeeOf(own, honest, CHANNEL));
  expect(await folders.pay('ORD-2')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: textWith('OFFLINE_PAYEE_UNTRUSTED'),
  });
  expect(await states()).toEqual([]);
});

test('a voucher that was not read is cancelled, and the order is asked for and paid again', async () => {
  await payOrder('ORD-1');
  const out = join(folders.home, 'gone');
  expect(await folders.json('terminal', 'cancel', 'ORD-1', '--out', out)).toMatchObject({
    cancellations: [{ written: [`${out}.offpay-cancellation`] }],
  });
  expect(await folders.accept('ORD-1')).toMatchObject({
    code: 1,
    stdout: textWith('OFFLINE_CANCELLED'),
  });
  await folders.request('ORD-1');
  const { stdout } = await folders.run('terminal', 'cancel', 'ORD-1', '--out', out);
  expect(stdout).toMatch(/gone\.offpay-cancellation[^]*gone-2\.offpay-cancellation/);
  const both = ['', '-2'].map((number) => `${out}${number}.offpay-cancellation`);
  expect(await folders.json('device', 'cancellation', ...both)).toMatchObject({
    kept: [{ orderNumber: 'ORD-1', state: 'cancelled' }],
  });
  const cancelled = await onDevice((device) => device.cancelled());
  expect(cancelled).toMatchObject([{ customerId: 'customer-1', epoch: 1, amount: '1250' }]);
  await payOrder('ORD-1');
  expect(await folders.accept('ORD-1')).toMatchObject({ code: 0, stderr: '' });
  expect(await states()).toEqual(['cancelled', 'given']);
});

test('a cancellation of nothing that the device paid is refused', async () => {
  await folders.request('ORD-1');
  const out = folders.at('ORD-1', 'cancellation');
  await folders.run('terminal', 'cancel', 'ORD-1', '--out', out);
  expect(await folders.run('device', 'cancellation', out)).toMatchObject({
    code: 1,
    stderr: textWith('NOT_FOUND'),
  });
});

test('a till that was lost gets its payments back out of the evidence of devices', async () => {
  await payOrder('ORD-1');
  const receipt = folders.at('ORD-1', 'receipt');
  const evidence = folders.at('ORD-1', 'evidence');
  const prove = () => folders.run('device', 'evidence', 'ORD-1', '--out', evidence);
  await folders.accept('ORD-1', '--out', receipt);
  expect(await prove()).toMatchObject({
    code: 1,
    stderr: textLike(/NOT_FOUND[^]*no receipt/),
  });
  await folders.run('device', 'receipt', receipt);
  expect(await prove()).toMatchObject({ code: 0, stderr: '' });
  expect(await folders.run('device', 'evidence', 'ORD-1', '--merchant', 'other')).toMatchObject({
    code: 1,
  });
  const next = join(folders.home, 'next');
  await folders.setUpTerminal(next, { certified: true });
  const taken = await folders.runIn('terminal', next, 'import', evidence, '--json');
  expect(JSON.parse(taken.stdout)).toMatchObject({ orderNumber: 'ORD-1', status: 'waiting' });
  const waiting = await folders.runIn('terminal', next, 'waiting', '--json');
  expect(JSON.parse(waiting.stdout)).toMatchObject({ count: 1, sums: { EUR: '1250' } });
});
