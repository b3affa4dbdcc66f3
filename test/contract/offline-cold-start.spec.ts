// SPDX-License-Identifier: Apache-2.0
// A till that is switched on where there is no network: a new process with the store alone asks and accepts at once, and so
// does the command line, which finds no network folder either.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openKey, withTerminal, writeSettings } from '@fabric-offline-pay/run';
import {
  Device,
  loadFile,
  memoryStore,
  saveFile,
  softwareKey,
} from '@fabric-offline-pay/sdk/offline';
import { BANK, CURRENCY, MERCHANT } from '@fabric-offline-pay/testing';
import { given, mayUnshare, TerminalProcess } from '../offline/party.js';
import { PROGRAM } from '../support/command-line.js';
import { issuerOn } from '../support/offline-issuer.js';
import { CERTIFICATES, CHANNEL, newKey, OFFLINE_POLICY } from '../support/offline-world.js';
import { textWith } from '../support/text-matchers.js';

const run = promisify(execFile);

const TILL = {
  ...{ channel: CHANNEL, merchantId: MERCHANT, terminalId: 'till-1' },
  roots: { [BANK]: [CERTIFICATES.root] },
};

const issuer = issuerOn(CHANNEL);

let folder: string;
let device: Device;
let bulletin: Buffer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offline-cold-start-'));
  const key = softwareKey(newKey());
  device = await Device.open({ store: memoryStore(), key });
  const { bytes } = await issuer.certify({
    ...{ customerId: 'customer-1', deviceId: 'phone', epoch: 1, currency: CURRENCY },
    ...{ publicKey: key.publicKey, total: '20000', policy: OFFLINE_POLICY },
    limits: { perPayment: '5000', total: '20000' },
  });
  await device.importCertificate(bytes, [issuer.row]);
  bulletin = await issuer.bulletin({ number: 1, revoked: [], policy: OFFLINE_POLICY });
});

afterAll(() => rmSync(folder, { recursive: true }));

test('a new process accepts at once, by its store alone', async () => {
  const till = join(folder, 'till');
  const first = new TerminalProcess(till, TILL);
  given(await first.learn({ issuers: [issuer.row], bulletin }));
  const order = { orderNumber: 'ORD-1', amount: '1250', currency: CURRENCY };
  const request = given(await first.request(order));
  await first.kill();
  const again = new TerminalProcess(till, TILL);
  try {
    const { bytes } = await device.pay(Buffer.from(request, 'base64'));
    const payment = bytes.toString('base64');
    expect(given(await again.accept('ORD-1', payment))).toMatchObject({ accepted: true });
    given(await again.request({ ...order, orderNumber: 'ORD-2' }));
    expect(given(await again.isolation())).toMatchObject({ sockets: 0 });
  } finally {
    await again.end();
  }
});

test('the command line asks, accepts and tells what waits with no network', async () => {
  const terminal = join(folder, 'by-hand');
  await openKey(terminal, 'secret');
  await writeSettings(terminal, {
    ...{ party: 'terminal', ...TILL },
    limits: { currencies: { [CURRENCY]: { storedCount: 1 } } },
  });
  await withTerminal(terminal, 'secret', (till) => till.learn({ issuers: [issuer.row], bulletin }));
  const offpay = (name: string, ...args: readonly string[]) => {
    const node = [process.execPath, PROGRAM, 'terminal', name, '--terminal', terminal, '--json'];
    const [command = '', ...rest] = mayUnshare() ? ['unshare', '--net', ...node] : node;
    const env = {
      ...process.env,
      ...{ OFFPAY_PASSPHRASE: 'secret', OFFPAY_HOME: join(folder, 'no-network') },
    };
    return run(command, [...rest, ...args], { env });
  };
  const asked = join(folder, 'ORD-9.offpay-request');
  const paid = join(folder, 'ORD-9.offpay-voucher');
  const order = ['--order', 'ORD-9'] as const;
  await offpay('request', ...order, '--amount', '12.50', '--currency', CURRENCY, '--out', asked);
  const payment = await device.pay(await loadFile('request', asked));
  await saveFile('payment', paid, payment.bytes);
  const { stdout } = await offpay('accept', ...order, '--voucher', paid);
  expect(JSON.parse(stdout)).toMatchObject({ accepted: true, payment: { amount: '1250' } });
  expect(JSON.parse((await offpay('waiting')).stdout)).toMatchObject({ count: 1 });
  await expect(
    offpay('request', '--order', 'ORD-10', '--amount', '1.00', '--out', asked),
  ).rejects.toMatchObject({
    code: 1,
    stderr: textWith('OFFLINE_TILL_FULL'),
  });
});
