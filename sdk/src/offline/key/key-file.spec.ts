// SPDX-License-Identifier: Apache-2.0
// Key files: only for their owner, encrypted with a passphrase, in a form that other software reads.
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importDeviceKey, verifyBytes } from '@fabric-offline-pay/domain';
import { ConfigurationError } from '@fabric-offline-pay/sdk';
import { createKeyFile, openKeyFile, softwareKey } from '@fabric-offline-pay/sdk/offline';
import { defined } from '../../../../test/support/defined.js';
// By another path than the source's, so that it is the SDK's own and not the one of specs.
import { ITERATIONS as OWN_ITERATIONS } from '../key/key-strength.js';
import { ITERATIONS } from './key-strength.js';

const PASSPHRASE = 'correct horse battery staple';
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offline-key-'));
  file = join(folder, 'keys', 'device.pem');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a key signs the same after it is read from its file', async () => {
  const made = await createKeyFile(file, PASSPHRASE);
  const opened = await openKeyFile(file, PASSPHRASE);
  expect(opened.publicKey).toBe(made.publicKey);
  const message = Buffer.from('message');
  const signature = await opened.sign(message);
  expect(
    verifyBytes(defined(importDeviceKey(made.publicKey), 'device key'), message, signature),
  ).toBe(true);
});

test('only its owner may read the file, and the key in it is encrypted', async () => {
  await createKeyFile(file, PASSPHRASE);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const pem = readFileSync(file, 'utf8');
  expect(pem).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
  expect(() => createPrivateKey(pem)).toThrow();
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
  const count = Buffer.concat([
    Buffer.of(2, 3),
    Buffer.from(ITERATIONS.toString(16).padStart(6, '0'), 'hex'),
  ]);
  expect(der.includes(count)).toBe(true);
  expect(OWN_ITERATIONS).toBeGreaterThanOrEqual(600_000);
  expect(ITERATIONS).toBeLessThan(OWN_ITERATIONS);
});

test('a wrong passphrase and a damaged file give the same error', async () => {
  await createKeyFile(file, PASSPHRASE);
  await expect(openKeyFile(file, 'guess')).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
  writeFileSync(file, 'nonsense');
  const failure = openKeyFile(file, PASSPHRASE);
  await expect(failure).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
  await expect(failure).rejects.not.toHaveProperty('cause');
});

test('a key is never overwritten, and never made without a passphrase', async () => {
  await createKeyFile(file, PASSPHRASE);
  const before = readFileSync(file, 'utf8');
  await expect(createKeyFile(file, PASSPHRASE)).rejects.toMatchObject({
    code: 'CONFIGURATION_INVALID',
    details: { option: 'file' },
  });
  expect(readFileSync(file, 'utf8')).toBe(before);
  await expect(createKeyFile(join(folder, 'other.pem'), '')).rejects.toMatchObject({
    details: { option: 'passphrase' },
  });
});

test('only private keys on P-256 are accepted', () => {
  const others = [
    generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
  ];
  for (const key of others) expect(() => softwareKey(key)).toThrow(ConfigurationError);
});
