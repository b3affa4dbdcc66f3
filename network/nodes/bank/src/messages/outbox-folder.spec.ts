// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutboxFolder } from './outbox-folder.js';
import { readLatestCode } from './read-latest-code.js';
import { messageId, settledMessageId } from './message-ids.js';
import { textOf } from './texts.js';

const phone = '+491713920001';
let folder: string;
let now: number;
let outbox: OutboxFolder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bank-outbox-'));
  now = 1000;
  outbox = new OutboxFolder(folder, () => (now += 1));
});

afterEach(() => rmSync(folder, { recursive: true }));

const send = (loginId: string, boundTo: string, code: string, to = phone) =>
  outbox.send({
    channel: 'sms',
    to,
    text: textOf('loginCode', 'en', { code, seconds: 180, reference: 'KXTRM' }),
    id: messageId(loginId, boundTo, code),
  });

it('writes one file per message, which only this user may read, and leaves nothing else', async () => {
  await send('login-1', 'login', '111111');
  expect(readdirSync(folder)).toEqual(['login-1~login~111111.json']);
  expect(statSync(join(folder, 'login-1~login~111111.json')).mode & 0o777).toBe(0o600);
});

it('writes a message whose id has slashes, as those of money given back have', async () => {
  await outbox.send({ channel: 'sms', to: phone, text: '', id: 'shop~A1~givenBack~1/release/1' });
  expect(readdirSync(folder)).toEqual(['shop~A1~givenBack~1%2Frelease%2F1.json']);
});

it('makes a missing folder for this user only', async () => {
  outbox = new OutboxFolder(join(folder, 'made'));
  await send('login-1', 'login', '111111');
  expect(statSync(join(folder, 'made')).mode & 0o777).toBe(0o700);
});

it('makes no second message with the same id', async () => {
  await send('login-1', 'login', '111111');
  await send('login-1', 'login', '111111');
  expect(readdirSync(folder)).toHaveLength(1);
});

it('leaves nothing half written when it fails', async () => {
  const blocked = join(folder, 'file');
  writeFileSync(blocked, '');
  const message = { channel: 'sms' as const, to: phone, text: 'x', id: 'x' };
  await expect(new OutboxFolder(blocked).send(message)).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(['file']);
});

it('reads the newest code of a phone, a login or an order', async () => {
  await send('login-1', 'login', '111111');
  await send('login-1', 'digest', '222222');
  await send('login-10', 'login', '333333');
  await send('login-1', 'login', '444444', '+4930123456');
  expect(await readLatestCode(folder, { phone })).toBe('333333');
  expect(await readLatestCode(folder, { phone, loginId: 'login-1' })).toBe('222222');
  expect(await readLatestCode(folder, { phone, loginId: 'login-1', boundTo: 'login' })).toBe(
    '111111',
  );
  expect(await readLatestCode(folder, { phone: '+1' })).toBeUndefined();
});

it('does not take another message for a code', async () => {
  const purchase = { merchantId: 'merchant-1', orderNumber: 'OFF-1', currency: 'EUR', amount: '5' };
  await send('login-1', 'login', '111111');
  const id = settledMessageId('merchant-1', 'OFF-1');
  await outbox.send({ channel: 'sms', to: phone, text: textOf('paidOffline', 'en', purchase), id });
  expect(await readLatestCode(folder, { phone })).toBe('111111');
});
