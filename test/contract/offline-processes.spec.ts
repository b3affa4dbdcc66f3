// SPDX-License-Identifier: Apache-2.0
// Devices and terminals that pay as processes of their own: the kernel says that they open no socket. It says so of others
// when they do.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BANK, CURRENCY, MERCHANT } from '@fabric-offline-pay/testing';
import { exchange } from '../offline/honest.js';
import { DeviceProcess, given, mayUnshare, TerminalProcess } from '../offline/party.js';
import { nameOf } from '../offline/tills.js';
import { isolation } from '../offline/processes/isolation.js';
import { issuerOn } from '../support/offline-issuer.js';
import { CERTIFICATES, CHANNEL, OFFLINE_POLICY } from '../support/offline-world.js';

const issuer = issuerOn(CHANNEL);

let folder: string;
let device: DeviceProcess;
let till: TerminalProcess;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offline-processes-'));
  const of = { channel: CHANNEL, merchantId: MERCHANT, terminalId: 'till-1' };
  device = new DeviceProcess(join(folder, 'device'), [issuer.row]);
  till = new TerminalProcess(join(folder, 'till'), {
    ...of,
    roots: { [BANK]: [CERTIFICATES.root] },
  });
});

afterAll(async () => {
  await Promise.all([device.end(), till.end()]);
  rmSync(folder, { recursive: true });
});

test('a payment between two processes opens no socket, and needs no interface', async () => {
  const { bytes } = await issuer.certify({
    ...{ customerId: 'customer-1', deviceId: 'phone', epoch: 1, currency: CURRENCY },
    ...{ publicKey: given(await device.publicKey()), total: '20000', policy: OFFLINE_POLICY },
    limits: { perPayment: '5000', total: '20000' },
  });
  given(await device.learn(bytes, [issuer.row]));
  const bulletin = await issuer.bulletin({ number: 1, revoked: [], policy: OFFLINE_POLICY });
  const payee = await issuer.certifyPayee({
    ...{ merchantId: MERCHANT, terminalId: 'till-1', name: nameOf(till.till), licence: 'LIC-1' },
    publicKey: given(await till.publicKey()),
    validUntil: Math.floor(Date.now() / 1000) + 3600,
  });
  given(await till.learn({ issuers: [issuer.row], bulletin, payee }));
  await exchange({ till, device, orderNumber: 'ORD-1', amount: '1250' });
  expect(given(await till.waiting())).toMatchObject({ count: 1, sums: { [CURRENCY]: '1250' } });
  expect(given(await device.history())).toMatchObject([{ state: 'accepted' }]);
  for (const party of [device, till]) {
    const found = given(await party.isolation());
    expect(found.sockets).toBe(0);
    if (mayUnshare()) expect(found).toEqual({ interfaces: [], sockets: 0, endpoints: 0 });
  }
});

test('a process with a socket is found', async () => {
  const before = isolation();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const found = isolation();
  await new Promise((resolve) => server.close(resolve));
  expect(found.sockets).toBe(before.sockets + 1);
  expect(found.endpoints).toBeGreaterThan(0);
});
