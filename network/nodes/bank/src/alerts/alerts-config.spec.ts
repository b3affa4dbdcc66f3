// SPDX-License-Identifier: Apache-2.0
// The setting `alerts`, and the secret of its webhook.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkSecret, pathIn } from '@fabric-offline-pay/node-common/node';
import { alertChannels, alertsSchema } from './alerts-config.js';

const schema = alertsSchema(pathIn('/etc/bank'));
const secretFile = 'webhook.secret';
const parses = (webhook: object): boolean => schema.safeParse({ webhook }).success;

test('nobody is told by default, and alerts are escalated after 15 minutes', () => {
  expect(schema.parse(undefined)).toEqual({ escalateAfterSeconds: 900 });
});

test('paths are absolute, and the secret is never in the file', () => {
  const { webhook } = schema.parse({ webhook: { url: 'https://pager.example/x', secretFile } });
  expect(webhook).toEqual({
    url: 'https://pager.example/x',
    secretFile: '/etc/bank/webhook.secret',
  });
  expect(parses({ url: 'https://pager.example/x', secret: 'whsec_x' })).toBe(false);
});

test.each([
  ['https://pager.example/x', true],
  ['http://127.0.0.1:8080/x', true],
  ['https://10.1.2.3/x', true],
  ['https://169.254.169.254/x', false],
  ['https://user:password@pager.example/x', false],
  ['http://10.1.2.3/x', false],
  ['http://pager.example/x', false],
  ['ftp://pager.example/x', false],
  ['pager.example', false],
])('a webhook at %s is allowed: %s', (url, isAllowed) => {
  expect(parses({ url, secretFile })).toBe(isAllowed);
});

test('mail needs both addresses', () => {
  const mail = { to: 'desk@bank.example', escalateTo: 'duty@bank.example' };
  expect(schema.parse({ mail }).mail).toEqual(mail);
  expect(schema.safeParse({ mail: { to: mail.to } }).success).toBe(false);
});

test.each(['', 'whsec_', 'whsec_c2hvcnQ=', Buffer.alloc(32).toString('base64')])(
  'a secret of another form is refused without being quoted: %j',
  (secret) => {
    expect(() => checkSecret(secret)).toThrow('The webhook secret is not whsec_');
  },
);

test('each channel of the setting is made; a secret that others may read is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'offpay-alerts-'));
  const file = join(folder, 'secret');
  writeFileSync(file, `whsec_${Buffer.alloc(32).toString('base64')}\n`, { mode: 0o600 });
  const config = schema.parse({
    webhook: { url: 'https://pager.example/x', secretFile: file },
    mail: { to: 'desk@bank.example', escalateTo: 'duty@bank.example' },
  });
  const sender = { send: () => Promise.resolve() };
  const made = () => alertChannels(config, { clock: Date.now, sender });
  expect(made().map(({ name }) => name)).toEqual(['webhook', 'mail']);
  expect(alertChannels(schema.parse(undefined), { clock: Date.now })).toEqual([]);
  expect(() => alertChannels(config, { clock: Date.now })).toThrow('alerts.mail');
  chmodSync(file, 0o644);
  expect(made).toThrow('Others may read the secret');
  rmSync(folder, { recursive: true });
});
