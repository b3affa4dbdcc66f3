// SPDX-License-Identifier: Apache-2.0
// Uses the published packages as their users do, with the Node.js that runs this: both ways of importing them, the published vectors,
// an order on the ledger in memory, a device with its store on disk.
import { deepStrictEqual, strictEqual } from 'node:assert';
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as domain from '@fabric-offline-pay/domain';
import * as sdk from '@fabric-offline-pay/sdk';
import * as offline from '@fabric-offline-pay/sdk/offline';
import * as testing from '@fabric-offline-pay/testing';
import { defined } from '../support/defined.js';
import vectors from '../vectors/offline.json';
import { refusal } from '../support/offline-world.js';
import { tell } from './versions.js';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** A module sees by `import` what CommonJS sees by `require`. */
async function importBothWays(): Promise<number> {
  const pairs: readonly (readonly [object, object])[] = [
    [domain, await import('@fabric-offline-pay/domain')],
    [sdk, await import('@fabric-offline-pay/sdk')],
    [offline, await import('@fabric-offline-pay/sdk/offline')],
    [testing, await import('@fabric-offline-pay/testing')],
  ];
  for (const [required, imported] of pairs)
    deepStrictEqual({ ...imported, ...required }, { ...imported });
  return pairs.length;
}

type Keys = Record<
  string,
  { readonly kty: string; readonly crv: string; readonly x: string; readonly y: string }
>;

function readObjects(): number {
  for (const { purpose, bytes: whole, key, digest } of vectors.objects) {
    const publicKey = createPublicKey({
      key: defined((vectors.keys as Keys)[key], `key ${key}`),
      format: 'jwk',
    });
    const parts = domain.verifyCose(purpose as domain.CosePurpose, bytes(whole), publicKey);
    strictEqual(Buffer.from(domain.coseDigest(parts)).toString('hex'), digest);
  }
  return vectors.objects.length;
}

function acceptVouchers(): number {
  const { issuers } = vectors;
  for (const vector of vectors.acceptance) {
    const bulletin = domain.verifyBulletin(bytes(vector.bulletin), issuers);
    const terminal = { channel: 'settlement', issuers, bulletin, now: vector.now };
    const presented = { certificate: bytes(vector.certificate), voucher: bytes(vector.voucher) };
    const seen = (vector.seen as unknown as domain.CounterTuple[]).map(domain.restoreEntry);
    const accept = () => domain.acceptVoucher(terminal, bytes(vector.request), presented, seen);
    strictEqual(refusal(accept), vector.expected);
  }
  return vectors.acceptance.length;
}

async function payAnOrder(): Promise<string> {
  const network = await testing.testNetwork();
  const { state } = await sdk.runExpress(
    network.parties,
    network.purchase({ orderNumber: 'ORD-1' }),
  );
  return state;
}

/** The store is written in C++. */
async function keepADevice(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'offpay-versions-'));
  try {
    const key = await offline.createKeyFile(join(folder, 'key.pem'), 'a passphrase');
    const mark = await offline.stateMark(key.publicKey, join(folder, 'marks'));
    const store = await offline.folderStore(join(folder, 'store'), mark);
    const device = await offline.Device.open({ store, key });
    await device.close();
    return device.publicKey.length > 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  tell({
    packages: await importBothWays(),
    objects: readObjects(),
    vouchers: acceptVouchers(),
    order: await payAnOrder(),
    device: await keepADevice(),
  });
}

void main();
